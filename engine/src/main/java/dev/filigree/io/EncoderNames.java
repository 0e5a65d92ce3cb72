package dev.filigree.io;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names that Hugging Face gives to the parameters of a BERT encoder, which are Filigree's names for them too. */
public final class EncoderNames {

    /** The six linear parts of a layer, without {@code .weight} or {@code .bias}. */
    public static final List<String> LINEAR = List.of("attention.self.query", "attention.self.key", "attention.self.value",
            "attention.output.dense", "intermediate.dense", "output.dense");

    private static final Pattern PARAMETER = Pattern.compile("(?:.*\\.)?((?:embeddings|encoder\\.layer\\.(\\d{1,4}))\\.[A-Za-z_.]+)");

    private static final int LONGEST = 200;

    private EncoderNames() {
    }

    /** {@code encoder.layer.3.output.dense} for part {@code output.dense} of layer 3. */
    public static String part(int layer, String part) {
        return "encoder.layer." + layer + "." + part;
    }

    /**
     * The plain name of an encoder parameter: {@code bert.encoder.layer.0.output.LayerNorm.gamma} is
     * {@code encoder.layer.0.output.LayerNorm.weight}. Empty for anything that is not one.
     */
    static Optional<String> canonical(String name) {
        if (name.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher m = PARAMETER.matcher(name);
        if (!m.matches() || name.endsWith("position_ids")) {
            return Optional.empty();
        }
        return Optional.of(m.group(1).replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight")
                .replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias"));
    }

    /** The layer that a canonical name belongs to; empty for embeddings. */
    static OptionalInt layer(String canonical) {
        Matcher m = PARAMETER.matcher(canonical);
        return m.matches() && m.group(2) != null ? OptionalInt.of(Integer.parseInt(m.group(2))) : OptionalInt.empty();
    }

    /** True for the weight of one of the {@link #LINEAR} parts. */
    static boolean isLinearWeight(String canonical) {
        return layer(canonical).isPresent() && LINEAR.stream().anyMatch(part -> canonical.endsWith("." + part + ".weight"));
    }

    /** Every parameter of an encoder with its shape, in the order of the forward pass; linear weights are [out x in]. */
    public static Map<String, long[]> parameters(EncoderConfig c) {
        Map<String, long[]> out = new LinkedHashMap<>();
        out.put("embeddings.word_embeddings.weight", new long[] {c.vocab(), c.hidden()});
        out.put("embeddings.position_embeddings.weight", new long[] {c.maxPositions(), c.hidden()});
        out.put("embeddings.token_type_embeddings.weight", new long[] {c.typeVocab(), c.hidden()});
        norm(out, "embeddings.LayerNorm", c.hidden());
        for (int layer = 0; layer < c.layers(); layer++) {
            for (String part : LINEAR) {
                long outputs = part.equals("intermediate.dense") ? c.intermediate() : c.hidden();
                long inputs = part.equals("output.dense") ? c.intermediate() : c.hidden();
                out.put(part(layer, part) + ".weight", new long[] {outputs, inputs});
                out.put(part(layer, part) + ".bias", new long[] {outputs});
                if (part.endsWith("output.dense")) {
                    norm(out, part(layer, part.replace("dense", "LayerNorm")), c.hidden());
                }
            }
        }
        return out;
    }

    private static void norm(Map<String, long[]> out, String name, int width) {
        out.put(name + ".weight", new long[] {width});
        out.put(name + ".bias", new long[] {width});
    }
}
