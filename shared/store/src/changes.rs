//! The stream of the fleet table: what a record says about targets and actions.
//!
//! A record may come twice, late, and after records of other items; only the records of one item are in order.

use aws_sdk_dynamodb::types::AttributeValue;
use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_domain::target::Target;
use serde::Deserialize;

use crate::error::{Result, StoreError};
use crate::fleet::TargetDetails;
use crate::item::{Item, Record, decode};
use crate::keys::{self, FleetItem};
use crate::schema::{PARTITION_KEY, SORT_KEY};

/// A record of the stream as it is delivered.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamRecord {
    dynamodb: Images,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    keys: serde_dynamo::Item,
    #[serde(default)]
    sequence_number: String,
    #[serde(default)]
    new_image: Option<serde_dynamo::Item>,
    #[serde(default)]
    old_image: Option<serde_dynamo::Item>,
}

/// What happened to something of the fleet.
#[derive(Debug, Clone)]
pub struct FleetChange {
    pub tenant: Tenant,
    pub what: Changed,
}

/// The thing before and after. `None` before: it was made; `None` after: it was removed.
#[derive(Debug, Clone)]
pub enum Changed {
    Target { controller_id: String, before: Option<Box<Target>>, after: Option<Box<Target>> },
    Details { controller_id: String, before: Option<Box<TargetDetails>>, after: Option<Box<TargetDetails>> },
    Action { controller_id: String, before: Option<Box<Action>>, after: Option<Box<Action>> },
}

impl StreamRecord {
    /// Names the record to the stream, for partial batch failures.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// What the record means; `None` for items whose changes concern nobody: history, counters.
    ///
    /// # Errors
    /// [`StoreError::Backend`] for an image that cannot be read.
    pub fn change(self) -> Result<Option<FleetChange>> {
        let Images { keys, new_image, old_image, .. } = self.dynamodb;
        let keys: Item = keys.into();
        let (Some(partition), Some(sort)) = (text(&keys, PARTITION_KEY), text(&keys, SORT_KEY)) else {
            return Err(StoreError::broken_item("a stream record without keys"));
        };
        let Some((tenant, item)) = keys::read_fleet_key(partition, sort) else {
            return Ok(None);
        };
        let what = match item {
            FleetItem::Target(id) => {
                Changed::Target { controller_id: id, before: image(old_image)?, after: image(new_image)? }
            }
            FleetItem::Details(id) => {
                Changed::Details { controller_id: id, before: image(old_image)?, after: image(new_image)? }
            }
            FleetItem::Action(id) => {
                Changed::Action { controller_id: id, before: image(old_image)?, after: image(new_image)? }
            }
        };
        Ok(Some(FleetChange { tenant, what }))
    }
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

fn image<T: Record>(image: Option<serde_dynamo::Item>) -> Result<Option<Box<T>>> {
    let Some(image) = image else {
        return Ok(None);
    };
    let item: std::collections::HashMap<String, AttributeValue> = image.into();
    Ok(Some(Box::new(decode::<T>(item)?.into_inner())))
}
