package dev.filigree.ops;

import java.util.List;

/** Keys and values of the tokens before a batch in one block: one memory for each sequence, to which the batch's own are added. */
public record Past(List<KeyValues> sequences) {

    public Past {
        sequences = List.copyOf(sequences);
    }
}
