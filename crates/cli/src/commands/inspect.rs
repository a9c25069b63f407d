//! `gopherix inspect`.

use crate::args::InspectArgs;

pub(crate) fn inspect(args: &InspectArgs) -> anyhow::Result<u8> {
    let _ = (args.json, args.top, &args.module);
    Ok(125)
}
