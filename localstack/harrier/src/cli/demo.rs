//! `harrier demo`.

use clap::Args;
use harrier::demo::{Demo, DemoError, Story};

#[derive(Args)]
pub(super) struct DemoOptions {
    /// Assign the update to all devices at once, instead of rolling it out in stages.
    #[arg(long)]
    plain: bool,
    /// How many devices.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    devices: u32,
    /// Size of the artifact each of them downloads, in KiB.
    #[arg(long, value_name = "KIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    artifact_kib: u32,
    /// Devices also send everything twice, hang up before the answer, and crash.
    #[arg(long)]
    hostile: bool,
    /// Seed of everything the devices draw.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl DemoOptions {
    pub(super) async fn run(self) -> Result<(), DemoError> {
        let artifact_size = self.artifact_kib as usize * 1024;
        let story = if self.plain { Story::Update } else { Story::Rollout };
        let devices = self.devices as usize;
        Demo { story, devices, artifact_size, hostile: self.hostile, seed: self.seed }.run().await
    }
}
