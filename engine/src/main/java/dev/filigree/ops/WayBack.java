package dev.filigree.ops;

import dev.filigree.tensor.Weight;

/** What products see on the way back, where it is not simply the transpose of what they see on the way forward. */
public interface WayBack {

    /** The weight {@code [inputs x outputs]} that gradients at outputs are multiplied with, as it is now. It is asked for once in a round. */
    Weight refreshed();

    /** Bytes held for it now. */
    long bytes();
}
