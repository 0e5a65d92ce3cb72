package dev.filigree.retrieve.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.filigree.base.UserError;
import dev.filigree.retrieve.ForwardIndex;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One JSON object a line, as BEIR has it ({@code _id, title, text}), or with a ready vector: {@code {"id", "content"?, "vector": {token: weight}}}.
 * Tokens are texts or whole numbers; weights are finite, not negative and at most 65,504, and those that are zero are left out. Other fields are passed over.
 *
 * @param lines is closed with this
 */
record JsonLines(Lines lines) implements Source {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // to say which weight it was
            .build();

    @Override
    public Entry next() {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        return line == null ? null : entry(line, lines.where());
    }

    private static Entry entry(String line, String where) {
        String id = null;
        String title = "";
        String text = "";
        Map<String, Float> vector = null;
        try (JsonParser in = JSON.createParser(line)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new UserError(where + ": found " + Lines.quote(line) + ", expected a JSON object");
            }
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String field = in.currentName();
                in.nextToken();
                switch (field) {
                    case "_id", "id", "docid" -> id = id(in, field, where);
                    case "title" -> title = text(in, field, where);
                    case "text", "content", "contents" -> text = text(in, field, where);
                    case "vector" -> vector = vector(in, where);
                    default -> in.skipChildren();
                }
            }
            if (in.nextToken() != null) {
                throw new UserError(where + ": found more text after the JSON object, expected one object a line");
            }
        } catch (JsonProcessingException e) {
            throw malformed(where, line, e);
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in memory
        }
        if (id == null || id.isBlank()) {
            throw new UserError(where + ": found no id, expected a field \"_id\" or \"id\" with a text or a whole number");
        }
        return new Entry(id, title, text, vector, where);
    }

    private static String id(JsonParser in, String field, String where) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return in.getText();
        }
        return text(in, field, where);
    }

    private static String text(JsonParser in, String field, String where) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return "";
        }
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw new UserError(where + ": found \"" + field + "\" with a " + kind(in) + ", expected a text");
        }
        return in.getText();
    }

    /**
     * A vector alone, as a query may be given.
     *
     * @param where what it is called in faults
     */
    static Map<String, Float> vector(String text, String where) {
        try (JsonParser in = JSON.createParser(text)) {
            in.nextToken();
            Map<String, Float> vector = vector(in, where);
            if (in.nextToken() != null) {
                throw new UserError(where + ": found more text after the vector, expected one object {token: weight}");
            }
            return vector;
        } catch (JsonProcessingException e) {
            throw malformed(where, text, e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Float> vector(JsonParser in, String where) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw new UserError(where + ": found a vector that is a " + kind(in) + ", expected an object {token: weight}");
        }
        Map<String, Float> vector = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String token = in.currentName();
            in.nextToken();
            if (!in.currentToken().isNumeric()) {
                throw new UserError(where + ": found token " + Lines.quote(token) + " with a " + kind(in) + ", expected a number");
            }
            double weight = in.getDoubleValue();
            if (!(weight >= 0 && weight <= ForwardIndex.MOST)) {
                throw new UserError(where + ": found token " + Lines.quote(token) + " with the weight " + in.getText() + ", expected a number from 0 to " + (int) ForwardIndex.MOST);
            }
            if ((float) weight > 0) {
                vector.put(token, (float) weight);
            }
        }
        return vector;
    }

    private static UserError malformed(String where, String line, JsonProcessingException e) {
        String reason = e.getOriginalMessage().lines().findFirst().orElse("");
        return new UserError(where + ": is no sound JSON (" + reason + "): " + Lines.quote(line), e);
    }

    private static String kind(JsonParser in) {
        return switch (in.currentToken()) {
            case START_ARRAY -> "list";
            case START_OBJECT -> "object";
            case VALUE_STRING -> "text";
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE -> "truth value";
            default -> "number";
        };
    }

    @Override
    public void close() {
        lines.close();
    }
}
