//! `GET /docs`: a page for people that loads nothing from elsewhere.

use harrier_tests::Installation;

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
