//! From record batches to probabilities, without Python.

use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, Float32Array, RecordBatch, RecordBatchReader,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use mi_dpg::data::{ArrowEncoder, Chunk, LabelUse, OnBadRow};
use mi_dpg::scorer::{Scorer, Scratch};
use mi_dpg::{Error, ErrorKind, Result};

/// Rows that are encoded at once: the memory in use stays small, whatever the batch.
const ROWS: usize = 8192;

/// What becomes of rows that are not as they should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Whether a row that cannot be read ends it all or has no score.
    pub(crate) on_bad_row: OnBadRow,
    /// A scenario that was not learnt is an error of its row.
    pub(crate) strict: bool,
    /// Whether labels are read.
    pub(crate) label: LabelUse,
}

pub(crate) type Reader = Box<dyn RecordBatchReader + Send>;

/// Calls `work` with every part of every batch, encoded.
pub(crate) fn encoded(
    scorer: &Scorer,
    reader: Reader,
    rules: Rules,
    mut work: impl FnMut(&Chunk) -> Result<()>,
) -> Result<()> {
    let encoder = ArrowEncoder::new(scorer.encoder(), &reader.schema(), rules.label)?;
    let mut encoder = encoder.strict_scenarios(rules.strict);
    let mut chunk = encoder.chunk();
    let mut first_row = 0;
    for batch in reader {
        let batch: RecordBatch = batch.map_err(|error| {
            Error::new(
                ErrorKind::Data,
                format!("the table ends in an error: {error}"),
            )
        })?;
        let mut start = 0;
        while start < batch.num_rows() {
            let part = batch.slice(start, ROWS.min(batch.num_rows() - start));
            encoder.encode(&part, first_row, rules.on_bad_row, &mut chunk)?;
            work(&chunk)?;
            start += part.num_rows();
            first_row += part.num_rows() as u64;
        }
    }
    Ok(())
}

/// A probability for each row.
pub(crate) fn score(scorer: &Scorer, reader: Reader, rules: Rules) -> Result<ArrayRef> {
    let (mut scores, mut scratch, mut bad) = (Vec::new(), Scratch::default(), Vec::new());
    let mut all: Vec<u32> = Vec::new();
    encoded(scorer, reader, rules, |chunk| {
        let start = scores.len();
        all.clear();
        all.extend(0..chunk.rows() as u32);
        scores.resize(start + all.len(), 0.0);
        scorer.score(&chunk.columns, &all, &mut scores[start..], &mut scratch);
        bad.extend(chunk.bad.iter().map(|(row, _)| start + *row as usize));
        Ok(())
    })?;
    if bad.is_empty() {
        return Ok(Arc::new(Float32Array::from(scores)));
    }
    let mut scores: Vec<Option<f32>> = scores.into_iter().map(Some).collect();
    for row in bad {
        if let Some(score) = scores.get_mut(row) {
            *score = None;
        }
    }
    Ok(Arc::new(Float32Array::from(scores)))
}

/// For each modulated layer a list of d_r · d_c numbers a row.
pub(crate) fn weighting(scorer: &Scorer, reader: Reader, rules: Rules) -> Result<Vec<ArrayRef>> {
    let shapes = scorer.block_shapes();
    let mut layers: Vec<Vec<f32>> = vec![Vec::new(); shapes.len()];
    // A row that could not be read has no matrix.
    let mut usable: Vec<bool> = Vec::new();
    encoded(scorer, reader, rules, |chunk| {
        let all: Vec<u32> = (0..chunk.rows() as u32).collect();
        usable.extend(chunk.usable());
        for (layer, s) in layers
            .iter_mut()
            .zip(scorer.weighting(&chunk.columns, &all))
        {
            layer.extend_from_slice(&s);
        }
        Ok(())
    })?;
    let item = Arc::new(Field::new_list_field(DataType::Float32, false));
    let nulls = usable.contains(&false).then(|| NullBuffer::from(usable));
    let lists = layers.into_iter().zip(shapes).map(|(values, shape)| {
        let size = i32::try_from(shape.dr * shape.dc)
            .map_err(|_| Error::new(ErrorKind::Data, "the matrices are too large"))?;
        let values = arrow_array::PrimitiveArray::<Float32Type>::from(values);
        let list =
            FixedSizeListArray::try_new(Arc::clone(&item), size, Arc::new(values), nulls.clone())
                .map_err(|error| Error::new(ErrorKind::Data, error.to_string()))?;
        Ok(Arc::new(list) as ArrayRef)
    });
    let lists: Vec<ArrayRef> = lists.collect::<Result<_>>()?;
    debug_assert!(lists.windows(2).all(|pair| pair[0].len() == pair[1].len()));
    Ok(lists)
}
