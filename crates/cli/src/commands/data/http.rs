//! Asking a server for a file, or for the rest of one.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use ureq::http::header::{CONTENT_RANGE, RANGE};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::proxy;

/// A way to a server, with the time after which a silent one is given up.
pub(super) struct Client {
    agent: ureq::Agent,
    address: String,
}

/// Answer of a server.
pub(super) struct Answer {
    /// The place in the file where `body` begins: 0 unless the server honoured the request.
    pub(super) start: u64,
    /// Bytes of the whole file, if the server says.
    pub(super) whole: Option<u64>,
    pub(super) body: Box<dyn Read>,
}

impl Client {
    /// For one address, which a redirection may change.
    pub(super) fn new(address: &str, patience: Duration) -> Result<Self> {
        let proxy = proxy::of(address, &|name| std::env::var(name).ok())?;
        let tls = TlsConfig::builder().root_certs(certificates()?).build();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("mesu/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .tls_config(tls)
            .timeout_resolve(Some(patience))
            .timeout_connect(Some(patience))
            .timeout_recv_response(Some(patience))
            .timeout_per_read(Some(patience))
            .timeout_per_write(Some(patience))
            .build();
        Ok(Self {
            agent: ureq::Agent::new_with_config(config),
            address: address.to_owned(),
        })
    }

    /// Asks for the file from byte `start` on. `None`: there is nothing from there on.
    pub(super) fn get(&self, start: u64) -> Result<Option<Answer>> {
        let mut request = self.agent.get(&self.address);
        if start > 0 {
            request = request.header(RANGE, format!("bytes={start}-"));
        }
        let response = request
            .call()
            .map_err(|error| self.failed(error.into_io()))?;
        let status = response.status();
        let length = response.body().content_length();
        let range = response.headers().get(CONTENT_RANGE);
        let range = range
            .and_then(|range| range.to_str().ok())
            .map(str::to_owned);
        let (start, whole) = match status.as_u16() {
            200 => (0, length),
            206 if start > 0 => {
                let first = range.as_deref().and_then(first_byte).ok_or_else(|| {
                    anyhow!(
                        "{}: answers with a range of {:?}, expected bytes {start}-; {REMEDY}",
                        self.address,
                        range.as_deref().unwrap_or_default(),
                    )
                })?;
                (first, length.and_then(|length| length.checked_add(first)))
            }
            416 if start > 0 => return Ok(None),
            _ => {
                return Err(anyhow!(
                    "{}: status {status}, expected 200 OK; {REMEDY}",
                    self.address
                ));
            }
        };
        Ok(Some(Answer {
            start,
            whole,
            body: Box::new(response.into_body().into_reader()),
        }))
    }

    /// A failure on the way, in words.
    pub(super) fn failed(&self, cause: std::io::Error) -> anyhow::Error {
        anyhow!("{}: {cause}; {REMEDY}", self.address)
    }
}

/// Advice for a server that does not give the file.
pub(super) const REMEDY: &str = "run this again, or give the file with --from";

/// The `5` of `bytes 5-99/100`.
fn first_byte(range: &str) -> Option<u64> {
    let (first, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    first.trim().parse().ok()
}

/// The certificates of `SSL_CERT_FILE`, which companies set whose proxy reads along; else
/// Mozilla's.
fn certificates() -> Result<RootCerts> {
    const VARIABLE: &str = "SSL_CERT_FILE";
    let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else {
        return Ok(RootCerts::WebPki);
    };
    let path = std::path::PathBuf::from(path);
    let shown = path.display();
    let pem = std::fs::read(&path)
        .with_context(|| format!("{VARIABLE}={shown}: can't be read; correct or unset it"))?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(anyhow!(
            "{VARIABLE}={shown}: holds no certificates, expected PEM; correct or unset it"
        ));
    }
    Ok(RootCerts::new_with_certs(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_begin_somewhere() {
        assert_eq!(first_byte("bytes 5-99/100"), Some(5));
        assert_eq!(first_byte("bytes 0-0/*"), Some(0));
        for wrong in ["", "bytes */100", "bytes -5/100", "5-99/100", "bytes x-9/9"] {
            assert_eq!(first_byte(wrong), None, "{wrong}");
        }
    }
}
