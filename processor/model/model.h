/* model.h: the matching model: m and u probabilities as integer weights, prior odds, value frequencies.
 *
 * Fellegi & Sunter (1969), in log2: the weight of a level is log2(m/u) in thousandths of a bit, rounded once when the
 * model is made, so that no sum depends on order or machine. A model is frozen: its content hash is part of the epoch.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "record/attribute.h"
#include "record/rule.h"

struct model;

/* What a model says of a pair of value nodes (score/score.h computes it, cluster/cluster.h uses it). */
struct score {
        int32_t posterior_mbit;
        bool cannot_link; /* validated identifiers that exclude each other: never one cluster */
};

/* The model that serves where nobody trained one. */
struct model *model_new_builtin(void);

/* Reads a model file (JSON, docs/model.md). ERR_USAGE with file and place. */
int model_load(const char *path, struct model **model, struct error *error);
int model_load_text(struct text json, const char *name, struct model **model, struct error *error);
void model_free(struct model *model); /* NULL is allowed */

/* The model file of @model; model_load_text() of it gives an equal model with the same hash. */
void model_write_json(const struct model *model, struct buffer *out);

/* 32 hexadecimal digits over everything that decides a score. */
const char *model_hash(const struct model *model);

/* Pins the number of records that prior odds are made for. Once, before the first score. 0 keeps the model's own. */
void model_set_population(struct model *model, enum record_type type, int64_t records);

/* What the configuration decides beside the weights; borrowed, and no part of the file or the hash. Once, before the
 * first score. */
void model_set_rules(struct model *model, const struct rule_set *rules);

/* Gives @to the rules and factors of @from, which its file does not hold. */
void model_copy_criteria(const struct model *from, struct model *to);

/* Lets the evidence of an attribute of the vocabulary count @more thousandths more (or less) than the weights say, for
 * and against. No part of the file or the hash either. */
void model_set_more_weight(struct model *model, enum record_type type, uint16_t attribute, int32_t more);
