//! The proxy that the environment asks for: `HTTPS_PROXY` or `HTTP_PROXY` by the address's
//! scheme, else `ALL_PROXY`, unless `NO_PROXY` names the host. Small letters go first.

use anyhow::{Result, anyhow};
use ureq::Proxy;
use ureq::http::Uri;

/// The proxy for `address`, from variables as `variable` gives them.
pub(super) fn of(
    address: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>> {
    let wrong = || anyhow!("{address}: is no address, expected http://HOST/… or https://HOST/…");
    let uri: Uri = address.parse().map_err(|_| wrong())?;
    let host = uri.host().ok_or_else(wrong)?.to_ascii_lowercase();
    let of_scheme = match uri.scheme_str() {
        Some("https") => "https_proxy",
        _ => "http_proxy",
    };
    let look = |name: &str| {
        let names = [name.to_owned(), name.to_ascii_uppercase()];
        names
            .into_iter()
            .find_map(|name| variable(&name).map(|value| (name, value)))
            .filter(|(_, value)| !value.is_empty())
    };
    let excepted = look("no_proxy").is_some_and(|(_, list)| is_listed(&host, &list));
    let Some((name, value)) = look(of_scheme)
        .or_else(|| look("all_proxy"))
        .filter(|_| !excepted)
    else {
        return Ok(None);
    };
    // The value may hold a password: it is not repeated.
    Proxy::new(&value).map(Some).map_err(|_| {
        anyhow!("{name}: is no proxy's address, expected http://HOST:PORT or socks5://HOST:PORT")
    })
}

/// Returns whether `list`, as in `localhost,.example.org,*`, names `host` or a domain that it is in.
fn is_listed(host: &str, list: &str) -> bool {
    list.split(',').any(|entry| {
        let entry = entry.trim().to_ascii_lowercase();
        if entry == "*" {
            return true;
        }
        let domain = entry.trim_start_matches('*').trim_start_matches('.');
        let parent = host.strip_suffix(domain);
        !domain.is_empty()
            && parent.is_some_and(|parent| parent.is_empty() || parent.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(address: &str, set: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let proxy = of(address, &variable).unwrap()?;
        Some(format!("{}:{}", proxy.host(), proxy.port()))
    }

    #[test]
    fn every_scheme_has_its_variable() {
        let set = [
            ("http_proxy", "http://plain:1"),
            ("HTTPS_PROXY", "secret:2"),
            ("ALL_PROXY", "socks5://all:3"),
        ];
        let of = |address, set: &[_]| proxy(address, set);
        assert_eq!(of("http://x/", &set).unwrap(), "plain:1");
        assert_eq!(of("https://x/", &set).unwrap(), "secret:2");
        assert_eq!(of("https://x/", &set[2..]).unwrap(), "all:3");
        assert_eq!(of("https://x/", &set[..1]), None);
        assert_eq!(of("https://x/", &[("HTTPS_PROXY", "")]), None);
    }

    #[test]
    fn exceptions_are_hosts_and_domains() {
        for (host, list, listed) in [
            ("example.org", "example.org", true),
            ("a.example.org", "localhost, example.org", true),
            ("a.example.org", ".Example.org", true),
            ("a.example.org", "*.example.org", true),
            ("notexample.org", "example.org", false),
            ("example.org", "a.example.org", false),
            ("example.org", "", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("anything", "*", true),
        ] {
            assert_eq!(is_listed(host, list), listed, "{host} {list}");
            let set = [("no_proxy", list), ("http_proxy", "http://p:1")];
            assert_eq!(proxy(&format!("http://{host}/"), &set).is_none(), listed);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let none = |_: &str| None;
        for wrong in ["http://", "http:///x", "http://a b/"] {
            assert!(of(wrong, &none).is_err(), "{wrong}");
        }
        let bad = |name: &str| (name == "http_proxy").then(|| "ftp://user:secret@x".to_owned());
        let error = of("http://x/", &bad).unwrap_err().to_string();
        assert!(
            error.starts_with("http_proxy: ") && !error.contains("secret"),
            "{error}"
        );
    }
}
