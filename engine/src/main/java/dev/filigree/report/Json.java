package dev.filigree.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes maps, lists, records and tables as JSON, components in snake case. A number that is not finite becomes null:
 * JSON has no word for it.
 */
public final class Json {

    private static final ObjectWriter COMPACT = mapper().writer();
    private static final ObjectWriter INDENTED = mapper().writer(SerializationFeature.INDENT_OUTPUT);

    private Json() {
    }

    /** One line, for events and for programs that read line by line. */
    public static String line(Object value) {
        return write(COMPACT, value);
    }

    /** Indented, for files that a person may open. */
    public static String pretty(Object value) {
        return write(INDENTED, value) + "\n";
    }

    /** An event: {@code {"event": name, ...}}, its fields given as key, value, key, value. */
    public static String event(String name, Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("event", name);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return line(object);
    }

    private static String write(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    private static ObjectMapper mapper() {
        SimpleModule module = new SimpleModule();
        module.addSerializer(Double.class, new FiniteOrNull<>(Double.class));
        module.addSerializer(double.class, new FiniteOrNull<>(Double.class));
        module.addSerializer(Float.class, new FiniteOrNull<>(Float.class));
        module.addSerializer(float.class, new FiniteOrNull<>(Float.class));
        module.addSerializer(Table.class, new StdSerializer<>(Table.class) {
            private static final long serialVersionUID = 1L;

            @Override
            public void serialize(Table table, JsonGenerator out, SerializerProvider provider) throws IOException {
                provider.defaultSerializeValue(table.json(), out);
            }
        });
        return new ObjectMapper().registerModule(module).setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    }

    private static final class FiniteOrNull<N extends Number> extends StdSerializer<N> {
        private static final long serialVersionUID = 1L;

        FiniteOrNull(Class<N> type) {
            super(type);
        }

        @Override
        public void serialize(N value, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (!Double.isFinite(value.doubleValue())) {
                out.writeNull();
            } else if (value instanceof Float f) {
                out.writeNumber(f);
            } else {
                out.writeNumber(value.doubleValue());
            }
        }
    }
}
