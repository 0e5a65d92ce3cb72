/** How good a ranking is, by what people judged: runs, judgements, the measures of trec_eval and tests between two runs. */
package dev.filigree.retrieve.judged;
