/* Scores rows of ids that stand on the command line: score MODEL ROWS ID... */
#include <stdio.h>
#include <stdlib.h>

#include "midpg.h"

static midpg_scorer *load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc((size_t)size);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    fclose(file);
    midpg_scorer *scorer = midpg_load(bytes, (size_t)size);
    free(bytes);
    if (!scorer) {
        fprintf(stderr, "%s: %s\n", path, midpg_last_error());
        exit(1);
    }
    return scorer;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: score MODEL ROWS ID...\n");
        return 2;
    }
    midpg_scorer *scorer = load(argv[1]);
    size_t rows = (size_t)strtoul(argv[2], NULL, 10);
    size_t count = (size_t)(argc - 3);
    uint32_t *ids = malloc((count + 1) * sizeof *ids);
    float *scores = malloc((rows + 1) * sizeof *scores);
    for (size_t i = 0; i < count; i++) ids[i] = (uint32_t)strtoul(argv[3 + i], NULL, 10);

    midpg_ids given = {.ids = ids, .ids_len = count, .rows = rows};
    if (midpg_score_ids(scorer, &given, scores) != 0) {
        fprintf(stderr, "%s\n", midpg_last_error());
        return 1;
    }
    for (size_t i = 0; i < rows; i++) printf("score %.9g\n", (double)scores[i]);

    /* The weighting matrix of the first layer, for the first row. */
    size_t shape[4];
    if (midpg_layers(scorer) == 0 || midpg_shape(scorer, 0, shape) != 0) return 1;
    size_t size = shape[2] * shape[3];
    float *s = malloc(size * rows * sizeof *s);
    if (midpg_weighting(scorer, &given, 0, s, size * rows) != 0) {
        fprintf(stderr, "%s\n", midpg_last_error());
        return 1;
    }
    printf("s %.6f\n", (double)s[0]);

    /* A row of text in which all is missing. */
    size_t columns = midpg_columns(scorer);
    if (midpg_column(scorer, 0) == NULL || midpg_column(scorer, columns) != NULL) return 1;
    printf("columns %zu\n", columns);
    const char **cells = calloc(columns, sizeof *cells);
    float one;
    if (midpg_score_rows(scorer, cells, 1, &one) != 0) return 1;
    printf("missing %.6f\n", (double)one);

    /* What fails says why. */
    ids[0] = 0xffffffffu;
    if (midpg_score_ids(scorer, &given, scores) == 0) return 1;
    printf("error: %s\n", midpg_last_error());
    if (midpg_score_ids(NULL, &given, scores) == 0) return 1;
    printf("error: %s\n", midpg_last_error());
    if (midpg_load((const uint8_t *)"none", 4) != NULL) return 1;
    printf("error: %s\n", midpg_last_error());

    free(cells);
    free(s);
    free(scores);
    free(ids);
    midpg_free(scorer);
    midpg_free(NULL);
    return 0;
}
