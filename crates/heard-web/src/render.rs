//! Assets: own files in the program, addressed by their content so that browsers may keep them for ever, packed once at
//! start-up.

use std::io::Write;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// One file.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
    file: String,
    url: String,
    packed: Vec<u8>,
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, body: &'static str) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(body).get(..9).unwrap_or_default());
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        let file = format!("{stem}.{hash}.{ending}");
        Self { name, kind, body, url: format!("/assets/{file}"), file, packed: packed(body.as_bytes()).unwrap_or_default() }
    }
}

/// Gzip at its best; nothing if it fails (it writes to memory).
fn packed(body: &[u8]) -> Option<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::best());
    writer.write_all(body).ok()?;
    writer.finish().ok()
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        Asset::new("app.css", "text/css; charset=utf-8", include_str!("../assets/app.css")),
        Asset::new("app.js", "text/javascript; charset=utf-8", include_str!("../assets/app.js")),
        Asset::new("icons.svg", "image/svg+xml", include_str!("../assets/icons.svg")),
        Asset::new("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
    ]
});

/// The address of an asset by its name (“app.css”).
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/assets/missing", |asset| asset.url.as_str())
}

/// `GET /assets/{file}`: for ever, packed where the browser takes it.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.file == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let takes = |name, word| headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(word));
    let mut answer = if takes(IF_NONE_MATCH, asset.file.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if takes(ACCEPT_ENCODING, "gzip") && !asset.packed.is_empty() {
        ([(CONTENT_ENCODING, "gzip")], asset.packed.as_slice()).into_response()
    } else {
        asset.body.into_response()
    };
    let kept = answer.headers_mut();
    kept.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    kept.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    kept.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", asset.file)) {
        kept.insert(ETAG, tag);
    }
    answer
}

/// `GET /speculation.json`: which links a browser may fetch ahead; every page names it in a header.
pub async fn speculation() -> Response {
    let rules = include_str!("../assets/speculation.json");
    ([(CONTENT_TYPE, "application/speculationrules+json"), (CACHE_CONTROL, "public, max-age=86400")], rules).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn assets_are_found_by_content_and_packed_on_request() {
        let file = url("app.css").trim_start_matches("/assets/").to_owned();
        let mut headers = HeaderMap::new();
        let plain = serve(Path(file.clone()), headers.clone()).await;
        assert_eq!((plain.status(), plain.headers().get(CONTENT_ENCODING)), (StatusCode::OK, None));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let packed = serve(Path(file.clone()), headers.clone()).await;
        assert_eq!(packed.headers().get(CONTENT_ENCODING), Some(&HeaderValue::from_static("gzip")));
        headers.insert(IF_NONE_MATCH, HeaderValue::from_str(&format!("\"{file}\"")).unwrap());
        assert_eq!(serve(Path(file), headers.clone()).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(serve(Path("app.css".into()), headers).await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn what_a_first_visit_loads_is_small() {
        let bytes: usize = ASSETS.iter().map(|asset| asset.packed.len()).sum();
        // With the largest page, 12 KB, a first visit stays well below 40 KB.
        assert!(bytes < 22_000, "{bytes} bytes of assets");
    }
}
