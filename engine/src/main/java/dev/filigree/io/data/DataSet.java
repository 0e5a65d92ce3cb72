package dev.filigree.io.data;

import dev.filigree.base.UserError;

/**
 * A data set with its split.
 *
 * @param name   as a person asks for it
 * @param origin where it was read from, and how much of it that is
 */
public record DataSet(String name, String origin, Examples train, Examples test) {

    public DataSet {
        if (!train.shape().equals(test.shape()) || train.classes().size() != test.classes().size()) {
            throw new UserError(name + ": training examples are " + train.shape() + " of " + train.classes().size() + " classes, test examples "
                    + test.shape() + " of " + test.classes().size() + "; expected the same");
        }
    }
}
