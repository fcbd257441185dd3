/* The order of the computation. Organizations first: what employs two persons is evidence about them. Ghosts can only
 * be attached when entities of both types stand, for the survivor of a merge may be of either; but which entity an
 * organization is in does not depend on ghosts, only its name does. */
#include "oracle_internal.h"

#include <stdlib.h>

struct oracle *oracle_new(const struct config *config, const struct model *model, struct error *error)
{
        struct oracle *oracle = calloc(1, sizeof(*oracle));

        if (!oracle)
                abort();
        oracle->config = config;
        oracle->model = model;
        oracle->standard = standard_new(config, error);
        oracle->scorer = scorer_new(model);
        if (!oracle->standard) {
                oracle_free(oracle);
                return NULL;
        }
        return oracle;
}

void oracle_free(struct oracle *oracle)
{
        if (!oracle)
                return;
        standard_free(oracle->standard);
        scorer_free(oracle->scorer);
        arena_free(&oracle->arena);
        free(oracle);
}

void oracle_result_free(struct oracle_result *result)
{
        output_set_free(&result->outputs);
        output_set_free(&result->members);
}

void oracle_compute(struct oracle *oracle, const struct changes *history, struct oracle_result *result)
{
        arena_reset(&oracle->arena);
        oracle->records = NULL;
        oracle->nodes = NULL;
        oracle->edges = NULL;
        oracle->wholes = NULL;
        oracle->keys = NULL;
        oracle->record_count = oracle->record_capacity = oracle->node_count = oracle->node_capacity = 0;
        oracle->edge_count = oracle->edge_capacity = oracle->whole_count = oracle->whole_capacity = 0;
        oracle->key_count = oracle->key_capacity = 0;
        oracle->decisions = NULL;
        oracle->named = NULL;
        oracle->decision_count = oracle->decision_capacity = oracle->named_count = oracle->named_capacity = 0;
        oracle->pair_count = 0;

        oracle_find_decisions(oracle, history);
        oracle_merge_all(oracle, history);
        oracle_apply_decisions(oracle);
        oracle_find_nodes(oracle);
        oracle_find_edges(oracle, TYPE_ORGANIZATION);
        oracle_find_entities(oracle, TYPE_ORGANIZATION);
        oracle_find_edges(oracle, TYPE_PERSON);
        oracle_find_entities(oracle, TYPE_PERSON);
        oracle_attach_ghosts(oracle);
        oracle_name_entities(oracle);
        oracle_write_outputs(oracle, result);
}
