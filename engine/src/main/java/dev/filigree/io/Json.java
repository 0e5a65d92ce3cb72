package dev.filigree.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON as strangers write it: no duplicate keys, no trailing text, bounded depth; every fault is one line. */
final class Json {

    private static final int DEEPEST = 64;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Json() {
    }

    /** The JSON object in a file of at most {@code longest} bytes. */
    static JsonNode object(Path file, long longest) {
        return object(file.toString(), bytes(file, longest));
    }

    /** The JSON object in {@code bytes}; {@code source} names it in faults. */
    static JsonNode object(String source, byte[] bytes) {
        JsonNode node = tree(source, bytes);
        if (!node.isObject()) {
            throw Faults.corrupt(source, "holds no JSON object");
        }
        return node;
    }

    /** The JSON array in a file of at most {@code longest} bytes. */
    static JsonNode array(Path file, long longest) {
        JsonNode node = tree(file.toString(), bytes(file, longest));
        if (!node.isArray()) {
            throw Faults.corrupt(file.toString(), "holds no JSON array");
        }
        return node;
    }

    private static JsonNode tree(String source, byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw Faults.corrupt(source, "is not valid JSON (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw Faults.corrupt(source, "is not valid UTF-8 text");
        }
    }

    /** A name that {@code file} gives for its neighbour: no path, so that it cannot point out of the folder. */
    static String fileName(Path file, String name) {
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.contains("\0") || name.equals("..") || name.equals(".")) {
            throw Faults.corrupt(file.toString(), "names the file " + Faults.quote(name) + ", expected a plain name");
        }
        return name;
    }

    /** All bytes of a file that may not be longer than {@code longest}. */
    static byte[] bytes(Path file, long longest) {
        try {
            long size = Files.size(file);
            if (Files.isDirectory(file)) {
                throw Faults.unsupported(file.toString(), "is a folder", "expected a file");
            }
            if (size > longest) {
                throw Faults.corrupt(file.toString(), "has " + size + " bytes, expected at most " + longest);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw Faults.reading(file, e);
        }
    }

    /** The indented text of {@code value}, a newline at its end. */
    static byte[] indented(Object value) {
        try {
            return (MAPPER.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
