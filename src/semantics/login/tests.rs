use super::*;
use crate::model::lower;
use crate::model::project::{Project, Settings};
use crate::model::vault::duration::Seconds;
use crate::syntax::{Source, Sources, SourceId};
