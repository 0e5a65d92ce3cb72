package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The vocabulary of a language model as GGUF's named values; {@link GgufTokenizer} reads them back. */
final class GgufVocabulary {

    private static final int UNUSED = 5;

    private final GgufValues out;
    private final Pieces pieces;
    private final String[] tokens;
    private final int[] kinds;

    private GgufVocabulary(GgufValues out, Pieces pieces) {
        this.out = out;
        this.pieces = pieces;
        this.tokens = new String[pieces.size()];
        this.kinds = new int[pieces.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = "[UNUSED" + i + "]";
            kinds[i] = UNUSED;
        }
    }

    static void write(GgufValues out, StoredDecoder model) {
        GgufVocabulary v = new GgufVocabulary(out, model.pieces());
        if (model.pieces() instanceof ScoredPieces scored) {
            v.scored(scored);
        } else {
            v.merged(model.weights().source(), model.tokenizer(), model.config().vocab());
        }
        if (model.pieces().begin() >= 0) {
            out.integer(GgufTokenizer.BEGIN, model.pieces().begin());
        }
        if (model.pieces().end() >= 0) {
            out.integer(GgufTokenizer.END, model.pieces().end());
        }
    }

    private void scored(ScoredPieces p) {
        float[] scores = new float[p.size()];
        for (int i = 0; i < p.size(); i++) {
            String text = p.piece(i);
            boolean control = p.ends(i);
            tokens[i] = control ? text.strip() : text.replace(" ", GgufTokenizer.SPACE);
            kinds[i] = control ? GgufTokenizer.CONTROL : kind(text);
            scores[i] = p.score(i);
        }
        spaced(scores);
    }

    private static int kind(String text) {
        return text.equals("<unk>") ? GgufTokenizer.UNKNOWN : text.matches("<0x[0-9A-F]{2}>") ? GgufTokenizer.BYTE : GgufTokenizer.NORMAL;
    }

    private void spaced(float[] scores) {
        out.text(GgufTokenizer.MODEL, "llama").texts(GgufTokenizer.TOKENS, Arrays.asList(tokens)).reals(GgufTokenizer.SCORES, scores).integers(GgufTokenizer.KINDS, kinds)
                .flag(GgufTokenizer.BEGINS, true);
    }

    private void merged(String source, TokenizerFile file, int vocabulary) {
        BpeFile bpe = BpeFile.checked(source, file.content(), vocabulary);
        JsonNode json = Json.object(source, bpe.json().getBytes(StandardCharsets.UTF_8));
        json.path("model").path("vocab").properties().forEach(e -> {
            tokens[e.getValue().intValue()] = e.getKey();
            kinds[e.getValue().intValue()] = GgufTokenizer.NORMAL;
        });
        for (JsonNode t : json.path("added_tokens")) {
            tokens[t.path("id").intValue()] = t.path("content").textValue();
            kinds[t.path("id").intValue()] = t.path("special").booleanValue() ? GgufTokenizer.CONTROL : GgufTokenizer.USER_DEFINED;
        }
        List<String> merges = new ArrayList<>();
        json.path("model").path("merges").forEach(m -> merges.add(m.path(0).textValue() + " " + m.path(1).textValue()));
        if (bpe.spaced()) {
            byRank(json, merges);
            return;
        }
        String splitting = TextSplitting.name(source, json).orElseThrow(() -> Faults.unsupported(source, "its tokenizer splits texts in a way for which GGUF has no name", "expected one of " + TextSplitting.names()));
        out.text(GgufTokenizer.MODEL, "gpt2").text(GgufTokenizer.SPLITTING, splitting).texts(GgufTokenizer.TOKENS, Arrays.asList(tokens)).integers(GgufTokenizer.KINDS, kinds)
                .texts(GgufTokenizer.MERGES, merges).flag(GgufTokenizer.BEGINS, bpe.template() >= 0);
    }

    /** Merges of the Llama 2 kind as scores: what is joined earlier has a higher one. */
    private void byRank(JsonNode json, List<String> merges) {
        Map<String, Integer> rank = new HashMap<>();
        for (String m : merges) {
            rank.putIfAbsent(m.replace(" ", ""), rank.size());
        }
        float[] scores = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            if (kinds[i] == GgufTokenizer.NORMAL) {
                kinds[i] = kind(tokens[i]);
            }
            scores[i] = rank.containsKey(tokens[i]) ? -rank.get(tokens[i]) : kinds[i] == GgufTokenizer.NORMAL ? -rank.size() - 1 : 0;
        }
        spaced(scores);
    }
}
