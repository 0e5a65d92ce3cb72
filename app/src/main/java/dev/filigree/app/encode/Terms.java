package dev.filigree.app.encode;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the terms of an encoder are, and with that the form in which it is stored. */
public enum Terms {

    /** Words of an analyzer, as those of BM25: a form of its own, for no other program has encoders of such terms. */
    WORDS("residual-doc"),
    /** The tokens of the model below: the modules of sentence-transformers. */
    WORDPIECE("idf-splade-doc(postings=0)");

    private final String recipe;

    Terms(String recipe) {
        this.recipe = recipe;
    }

    /** What an encoder of such terms is made of where nothing is said. */
    public String recipe() {
        return recipe;
    }

    /** The ones of this name. */
    public static Terms named(String name) {
        List<String> names = Arrays.stream(values()).map(Terms::toString).toList();
        return Arrays.stream(values()).filter(t -> t.toString().equals(name)).findFirst()
                .orElseThrow(() -> new UserError("--vocabulary: found '" + name + "'" + Near.hint(name, names) + ", expected " + String.join(" or ", names)));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
