pub(crate) fn routes() -> axum::Router<harrier_runtime::App> {
    axum::Router::new()
}
