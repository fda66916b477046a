/* The C library of mi-dpg. Made by cbindgen from src/capi.rs: change that. */

#ifndef MIDPG_H
#define MIDPG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// A loaded model. It never changes: threads may use one at the same time, each call works on its own thread; only
// `midpg_free` must be the last.
typedef struct midpg_scorer midpg_scorer;

// Rows as ids.
//
// `ids` first has the single-valued fields, row by row in the order of the model's fields, then the ids of each
// multi-valued field, one field after the other. `offsets` has rows + 1 numbers for each multi-valued field: where
// each row's ids start among the field's, and the end of the last. `dense` has the dense fields as they stand in the
// log, row by row; NaN is a missing value. Id 0 is an unknown value and 1 a missing one. A pointer may be NULL where
// its length is 0.
typedef struct midpg_ids {
  // The ids.
  const uint32_t *ids;
  // How many ids.
  size_t ids_len;
  // Where the ids of multi-valued fields start.
  const uint32_t *offsets;
  // How many offsets.
  size_t offsets_len;
  // The numbers.
  const float *dense;
  // How many numbers.
  size_t dense_len;
  // How many rows.
  size_t rows;
} midpg_ids;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Reads, checks and compiles a model file of `len` bytes. NULL where that fails. The bytes are not needed afterwards.
//
// # Safety
// `bytes` points to `len` bytes.
struct midpg_scorer *midpg_load(const uint8_t *bytes,
                                size_t len);

// Gives a scorer's memory back. NULL is left alone.
//
// # Safety
// `scorer` is NULL or came from `midpg_load`; no other call uses it, and none will.
void midpg_free(struct midpg_scorer *scorer);

// How many columns of a log the model reads; 0 where `scorer` is NULL.
//
// # Safety
// `scorer` is NULL or a live scorer.
size_t midpg_columns(const struct midpg_scorer *scorer);

// The name of a column, in UTF-8; NULL where there is no such column. It lives as long as the scorer.
//
// # Safety
// `scorer` is NULL or a live scorer.
const char *midpg_column(const struct midpg_scorer *scorer,
                         size_t column);

// Probabilities of rows of ids into `out`, one a row. 0, or −1 where that fails.
//
// # Safety
// `scorer` is a live scorer, the pointers of `rows` have their lengths, and `out` has room for a float a row.
int32_t midpg_score_ids(const struct midpg_scorer *scorer,
                        const struct midpg_ids *rows,
                        float *out);

// Probabilities of rows of text into `out`, one a row. `cells` has `rows` × `midpg_columns` strings in UTF-8, row by
// row in the order of the columns; NULL is a missing value. 0, or −1 where that fails.
//
// # Safety
// `scorer` is a live scorer, `cells` points to that many strings or NULLs, and `out` has room for a float a row.
int32_t midpg_score_rows(const struct midpg_scorer *scorer,
                         const char *const *cells,
                         size_t rows,
                         float *out);

// How many modulated layers the model has; 0 for methods without weighting matrices.
//
// # Safety
// `scorer` is NULL or a live scorer.
size_t midpg_layers(const struct midpg_scorer *scorer);

// The shape of a layer's weighting matrix into `shape`: d_m, d_n, d_r, d_c. 0, or −1 where there is no such layer.
//
// # Safety
// `scorer` is a live scorer and `shape` has room for four numbers.
int32_t midpg_shape(const struct midpg_scorer *scorer,
                    size_t layer,
                    size_t *shape);

// The compact weighting matrices of a layer, rows × d_r × d_c, into `out`, which has room for `out_len` floats. 0, or
// −1 where that fails.
//
// # Safety
// As [`midpg_score_ids`], with room for `out_len` floats.
int32_t midpg_weighting(const struct midpg_scorer *scorer,
                        const struct midpg_ids *rows,
                        size_t layer,
                        float *out,
                        size_t out_len);

// What went wrong in this thread's last call that failed, in UTF-8, on one line; empty where none did. It lives until
// the thread's next call that fails.
const char *midpg_last_error(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MIDPG_H */
