//! How a stream of a task's record is described. OpenAPI 3.1 has no word for a sequence: it is told as a text, and of what kind each
//! line of it is.

use signalbox_core::event::Live;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// JSON documents, one a line.
pub(super) enum Lines {}

impl PartialSchema for Lines {
    fn schema() -> RefOr<Schema> {
        let lines = ObjectBuilder::new().schema_type(Type::String).content_media_type("application/x-ndjson");
        let lines = lines.description(Some("JSON documents, one a line."));
        lines.content_schema(Some(Ref::from_schema_name("Live"))).into()
    }
}

impl ToSchema for Lines {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Live::name().into_owned(), Live::schema()));
        Live::schemas(schemas);
    }
}
