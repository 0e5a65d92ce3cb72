package dev.filigree.model;

/** What a weight does in its block. */
public enum Role {
    QUERY, KEY, VALUE, ATTENTION_OUT, FFN_IN, FFN_OUT, HIDDEN, OUTPUT, CONVOLUTION, SHORTCUT, INPUT, RECURRENT, FFN_GATE;

    /** Whether the weight is laid over images. */
    public boolean convolution() {
        return this == CONVOLUTION || this == SHORTCUT;
    }
}
