package dev.filigree.retrieve.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The encoding of an index whose vectors came ready: it knows tokens and their numbers. A token gets the next number when a document holds it first. A query
 * is a vector in JSON, {@code {"token": weight}}, or tokens divided by spaces, each with the weight of as often as it stands there; tokens that no
 * document holds count nothing. Documents may be added by one thread while others ask.
 */
public final class ReadyVectors implements TextEncoding {

    /** The file in which it is stored. */
    public static final String FILE = "vocabulary.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final int most;
    private final Map<String, Integer> numbers;
    private Vocabulary vocabulary; // null where it is older than the numbers

    /** @param most tokens that there may be */
    public ReadyVectors(int most) {
        this(most, List.of());
    }

    private ReadyVectors(int most, List<String> tokens) {
        if (most < 1) {
            throw new IllegalArgumentException("a vocabulary has at least one token, found " + most);
        }
        this.most = most;
        this.numbers = HashMap.newHashMap(tokens.size());
        for (String t : tokens) {
            if (numbers.put(t, numbers.size()) != null) {
                throw new IllegalArgumentException("it holds " + Lines.quote(t) + " twice");
            }
        }
    }

    /** Reads what {@link #save} stored. */
    public static ReadyVectors load(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Stored stored = JSON.readValue(file.toFile(), Stored.class);
            if (stored.tokens == null || stored.tokens.contains(null) || stored.most < stored.tokens.size()) {
                throw new IllegalArgumentException("its tokens are missing or too many");
            }
            return new ReadyVectors(stored.most, stored.tokens);
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": is no stored vocabulary (" + e.getOriginalMessage().lines().findFirst().orElse("") + "); index the collection again", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage() + "; index the collection again", e);
        } catch (IllegalArgumentException e) {
            throw new UserError(file + ": is no stored vocabulary: " + e.getMessage() + "; index the collection again", e);
        }
    }

    @Override
    public String name() {
        return "vectors";
    }

    @Override
    public synchronized Vocabulary vocabulary() {
        if (vocabulary == null || vocabulary.size() != numbers.size()) {
            vocabulary = new Vocabulary(tokens());
        }
        return vocabulary;
    }

    /** Tokens that there may be. */
    public int most() {
        return most;
    }

    private List<String> tokens() {
        String[] tokens = new String[numbers.size()];
        numbers.forEach((t, n) -> tokens[n] = t);
        return new ArrayList<>(Arrays.asList(tokens));
    }

    /**
     * The vector of a document; its tokens get numbers where they have none.
     *
     * @param where the document, for faults
     */
    public synchronized SparseVector document(Map<String, Float> weights, String where) {
        TreeMap<Integer, Float> vector = new TreeMap<>();
        for (Map.Entry<String, Float> e : weights.entrySet()) {
            Integer number = numbers.get(e.getKey());
            if (number == null) {
                if (numbers.size() == most) {
                    throw new UserError(where + ": found the token " + Lines.quote(e.getKey()) + " beyond a vocabulary of " + most + ", expected at most so many different ones; give a larger --vocabulary");
                }
                number = numbers.size();
                numbers.put(e.getKey(), number);
            }
            vector.put(number, e.getValue());
        }
        return SparseVector.of(vector);
    }

    /** Of vectors in JSON. */
    @Override
    public List<SparseVector> documents(List<String> texts) {
        return texts.stream().map(t -> document(Corpus.vector(t, "the document"), "the document")).toList();
    }

    @Override
    public SparseVector query(String text) {
        return query(text.strip().startsWith("{") ? Corpus.vector(text, "the query") : counts(text));
    }

    /** The vector of these tokens, without those that are not known. */
    public synchronized SparseVector query(Map<String, Float> weights) {
        TreeMap<Integer, Float> vector = new TreeMap<>();
        weights.forEach((t, w) -> {
            Integer number = numbers.get(t);
            if (number != null) {
                vector.put(number, w);
            }
        });
        return SparseVector.of(vector);
    }

    private static Map<String, Float> counts(String text) {
        Map<String, Float> counts = new LinkedHashMap<>();
        for (String t : text.strip().split("\\s+")) {
            counts.merge(t, 1f, Float::sum);
        }
        return counts;
    }

    @Override
    public synchronized void save(Path folder) {
        try {
            AtomicFile.write(folder.resolve(FILE), JSON.writeValueAsBytes(new Stored(most, tokens())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Stored(int most, List<String> tokens) {
    }
}
