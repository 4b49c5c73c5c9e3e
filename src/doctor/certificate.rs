//! The certificate that browsers are shown, where it is the hub that shows it.

use super::finding::{Finding, chain};
use crate::config::Config;
use crate::hub::certificate;
use signalbox_web::{Certificate, PublicUrl};
use std::time::{Duration, SystemTime};

/// How long before its end somebody should see to it.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

pub(super) fn check(config: &Config) -> Option<Finding> {
    let files = certificate(config)?;
    let host = PublicUrl::parse(&config.web.public_url).ok().map(|url| url.host().to_owned());
    Some(match files.read() {
        Ok(certificate) => judge(&certificate, host.as_deref(), SystemTime::now()),
        Err(error) => Finding::fail("certificate", chain(&error), "mend web.tls.certificate and web.tls.key"),
    })
}

fn judge(certificate: &Certificate, host: Option<&str>, now: SystemTime) -> Finding {
    let renew = "have it renewed, and put into the same files; a running hub takes it up by itself";
    let left = certificate.ends().map(|ends| ends.duration_since(now).map_err(|_| ends));
    let days = |left: Duration| left.as_secs() / (24 * 60 * 60);
    if let Some(host) = host.filter(|host| !certificate.is_for(host)) {
        let mend = "have one issued for that name, or set web.public_url to a name that it is for";
        return Finding::fail("certificate", format!("it is not for {host}, the host of web.public_url"), mend);
    }
    match left {
        Some(Err(_)) => Finding::fail("certificate", "it has ended: browsers refuse it", renew),
        Some(Ok(left)) if left <= SOON => {
            Finding::warn("certificate", format!("it ends in {} days", days(left)), renew)
        }
        Some(Ok(left)) => Finding::ok("certificate", format!("it is good for {} days", days(left))),
        None => Finding::warn("certificate", "when it ends cannot be told", renew),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Grade;
    use signalbox_web::CertificateFiles;
    use std::process::Command;

    #[test]
    fn it_is_said_in_time_what_becomes_of_the_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
            ])
            .args([
                "-subj",
                "/CN=x",
                "-addext",
                "subjectAltName=DNS:hub.example",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
            ])
            .current_dir(folder.path())
            .output();
        assert!(made.unwrap().status.success());
        let files = CertificateFiles { certificate: path("cert.pem"), key: path("key.pem") };
        let certificate = files.read().unwrap();
        let now = SystemTime::now();
        let after = |days: u32, host| {
            let found = judge(&certificate, host, now + Duration::from_secs(24 * 60 * 60) * days);
            (found.grade, found.what)
        };
        assert_eq!(after(0, Some("hub.example")), (Grade::Ok, "it is good for 29 days".to_owned()));
        assert_eq!(after(20, None), (Grade::Warn, "it ends in 9 days".to_owned()));
        assert_eq!(after(31, None), (Grade::Fail, "it has ended: browsers refuse it".to_owned()));
        let other = after(0, Some("other.example"));
        assert_eq!(other, (Grade::Fail, "it is not for other.example, the host of web.public_url".to_owned()));
    }
}
