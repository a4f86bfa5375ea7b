//! `GET /docs`: a page for people that loads nothing from elsewhere.

use std::process::Stdio;

use harrier_tests::Installation;
use tokio::process::Command;

/// How long the page may take to load and draw itself, milliseconds of the browser's own time.
const PATIENCE: u32 = 20_000;

#[tokio::test]
async fn the_page_and_its_parts_are_served_and_come_from_here_alone() {
    let installation = Installation::start().await;
    let browser = installation.anonymous();
    let html = browser.raw("GET", "/docs", &[("accept", "text/html")], None).await.expect(200);
    let parts = [("/docs/page.css", "text/css"), ("/docs/page.js", "text/javascript")];
    for (part, _) in parts {
        assert!(html.text().contains(part.trim_start_matches('/')), "the page loads {part}");
    }
    let mut answers = vec![("text/html", html)];
    for (part, media_type) in parts {
        answers.push((media_type, browser.get(part).await.expect(200)));
    }
    for (media_type, answer) in &answers {
        assert!(answer.header("content-type").is_some_and(|value| value.starts_with(media_type)));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http"));
        let text = answer.text();
        for elsewhere in ["http:", "https:", "url(", "@import", "src=\"//", "href=\"//", "import("] {
            assert!(!text.contains(elsewhere), "{media_type} has {elsewhere}");
        }
    }
}

/// Texts of the document must not become markup.
#[tokio::test]
async fn the_page_makes_no_markup_of_texts() {
    let installation = Installation::start().await;
    let script = installation.anonymous().get("/docs/page.js").await.expect(200).text();
    for dangerous in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
        assert!(!script.contains(dangerous), "{dangerous}");
    }
}

#[tokio::test]
async fn a_browser_shows_every_operation() {
    let installation = Installation::start().await;
    for api in ["management", "device"] {
        let document = installation.anonymous().get(&format!("/v3/api-docs/{api}")).await.expect(200).json();
        let page = drawn(&format!("{}/docs#{api}", installation.stack().url())).await;
        for path in document["paths"].as_object().expect("paths").keys() {
            assert!(page.contains(&format!(">{path}</span>")), "{api}: {path} is not shown");
        }
    }
}

/// The page as a browser has it after its script ran. No host but this machine can be reached.
async fn drawn(url: &str) -> String {
    let profile = tempfile::tempdir().expect("a directory");
    let mut browser = Command::new("chromium");
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
    browser.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    browser.arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
    browser.arg(format!("--user-data-dir={}", profile.path().display()));
    browser.arg(format!("--virtual-time-budget={PATIENCE}")).arg("--dump-dom").arg(url);
    let output = browser.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.expect("chromium is missing; install it with: tests/prerequisites.sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
