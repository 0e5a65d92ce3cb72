package dev.filigree.model;

/** What a weight does in its block. */
public enum Role {
    QUERY, KEY, VALUE, ATTENTION_OUT, FFN_IN, FFN_OUT, HIDDEN, OUTPUT, INPUT, RECURRENT, FFN_GATE
}
