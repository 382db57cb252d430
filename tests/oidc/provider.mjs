// A real identity provider on this machine for tests/api/provider.rs: authorization code with PKCE, access tokens that are
// JWTs for one audience. The name that somebody signs in with is their subject; any password is good.
// node provider.mjs AUDIENCE REDIRECT_URI. It says its issuer as a line on stdout; each line on stdin turns its keys over
// and is answered by a line with the new key's name. It ends with its stdin.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const [audience, redirectUri] = process.argv.slice(2);

function newKey() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "ES256" };
}

function provider(issuer, key) {
  const made = new Provider(issuer, {
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()] },
    clients: [
      {
        client_id: "nianbao-docs",
        redirect_uris: [redirectUri],
        application_type: "native",
        token_endpoint_auth_method: "none",
        response_types: ["code"],
        grant_types: ["authorization_code"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    // The page runs in a browser, at another origin than this one.
    clientBasedCORS: () => true,
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "urn:nianbao",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: 300,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    ttl: { AccessToken: 300, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
  });
  made.on("server_error", (_, error) => console.error(error));
  return made.callback();
}

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let answer = provider(issuer, newKey());
  server.on("request", (request, response) => answer(request, response));
  const lines = createInterface({ input: process.stdin });
  lines.on("line", () => {
    const key = newKey();
    answer = provider(issuer, key);
    console.log(key.kid);
  });
  lines.on("close", () => process.exit(0));
  console.log(issuer);
});
