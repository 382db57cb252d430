//! How bodies go their way: coded as answers are asked for, never in requests, not at all for HEAD.

use serde_json::json;

on_both! {
    fn head_answers_as_get_without_a_body(service) {
        let get = service.get("/rules").send().expect(200);
        let head = service.request("HEAD", "/rules").send().expect(200);
        assert_eq!((head.tag(), head.bytes.len()), (get.tag(), 0));
        assert_eq!(head.header("content-length"), Some(get.bytes.len().to_string().as_str()));
        assert_eq!(service.request("HEAD", "/nowhere").send().status, 404);
    }

    fn bodies_of_requests_are_not_decoded_and_one_token_is_enough(service) {
        let (admin, body) = (service.admin(), json!({"name": "某局", "level": "county", "kind": "department"}));
        let coded = service.post("/agencies").token(&admin).header("content-encoding", "gzip").json(&body).send();
        assert_eq!(coded.header("accept-encoding"), Some("identity"));
        coded.refused(415, "unsupported_media_type");
        service.post("/agencies").token(&admin).header("content-encoding", "identity").json(&body).send().expect(201);
        service.get("/me").token(&admin).header("authorization", "Bearer nb_bad").send().refused(401, "unauthorized");
    }

    fn what_a_token_reads_is_coded_too(service) {
        let admin = service.admin();
        for path in ["/rules", "/me"] {
            let read = |coding: &str| service.get(path).token(&admin).header("accept-encoding", coding).raw().send().expect(200);
            let (plain, coded) = (read("identity"), read("gzip"));
            assert_eq!((plain.header("content-encoding"), coded.header("content-encoding")), (None, Some("gzip")), "{path}");
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&coded.bytes[..]), &mut text).expect("gzip");
            assert_eq!(text, plain.bytes);
            assert_eq!(coded.header("cache-control"), plain.header("cache-control"));
            assert_ne!(coded.header("etag"), plain.header("etag"));
        }
    }
}
