package dev.filigree.io.data;

import java.util.List;

/** The same examples with two labels: 1 for one class, 0 for all others. */
public record OneAgainstRest(Examples all, int kind) implements Derived {

    public OneAgainstRest {
        if (kind < 0 || kind >= all.classes().size()) {
            throw new IllegalArgumentException("class " + kind + " of " + all.classes().size());
        }
    }

    /** A data set, training and test examples alike. */
    public static DataSet of(DataSet data, int kind) {
        return new DataSet(data.name(), data.origin() + ", class " + data.train().classes().get(kind) + " against the rest", new OneAgainstRest(data.train(), kind), new OneAgainstRest(data.test(), kind));
    }

    @Override
    public List<String> classes() {
        return List.of("other", all.classes().get(kind));
    }

    @Override
    public int label(int example) {
        return all.label(example) == kind ? 1 : 0;
    }

    @Override
    public String fingerprint() {
        return all.fingerprint() + "/" + kind;
    }
}
