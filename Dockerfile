# Both images by digest, so that the same ones are built on next year. On a closed network, or to renew them, hand in others
# (docs/operations.en.md, "The image"):
#   docker build --build-arg BUILDER=registry.example/rust:1-bookworm --build-arg BASE=registry.example/debian:bookworm-slim .
ARG BUILDER=rust:1.95-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1
# Of 2026-06-10.
ARG BASE=debian:bookworm-slim@sha256:96e378d7e6531ac9a15ad505478fcc2e69f371b10f5cdf87857c4b8188404716

FROM ${BUILDER} AS build
RUN apt-get update && apt-get install -y --no-install-recommends libssl-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo ./.cargo
# The dependencies alone first: a layer that changes only with Cargo.lock. Cargo wants every target it
# knows of to be there; tests and benches are never built here.
RUN mkdir src benches tests \
    && touch src/lib.rs tests/main.rs \
    && sed -n '/^\[\[bench\]\]/{n;s/name = "\(.*\)"/benches\/\1.rs/p}' Cargo.toml | xargs touch \
    && echo 'fn main() {}' > src/main.rs \
    && cargo build --release --locked --features postgres-tls --bin nianbao
COPY src ./src
COPY migrations ./migrations
COPY config ./config
COPY data ./data
COPY tests/fixtures ./tests/fixtures
# Told by /metrics.
ARG NIANBAO_COMMIT=
RUN touch src/main.rs src/lib.rs && cargo build --release --locked --features postgres-tls --bin nianbao

FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/nianbao --create-home nianbao
COPY --from=build /src/target/release/nianbao /usr/local/bin/nianbao
COPY LICENSE /usr/share/doc/nianbao/LICENSE
USER 10001
VOLUME /var/lib/nianbao
EXPOSE 8080
ENV NIANBAO__SERVER__LISTEN=0.0.0.0:8080 \
    NIANBAO__DATABASE__URL=sqlite:///var/lib/nianbao/nianbao.db \
    NIANBAO__TELEMETRY__FORMAT=json
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["nianbao", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["nianbao"]
CMD ["serve"]
