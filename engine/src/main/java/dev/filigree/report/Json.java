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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;

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
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    private static ObjectMapper mapper() {
        SimpleModule module = new SimpleModule();
        module.addSerializer(Double.class, new FiniteOrNull<>(Double.class));
        module.addSerializer(double.class, new FiniteOrNull<>(Double.class));
        module.addSerializer(Float.class, new FiniteOrNull<>(Float.class));
        module.addSerializer(float.class, new FiniteOrNull<>(Float.class));
        module.addSerializer(double[].class, new As<>(double[].class, a -> Arrays.stream(a).boxed().toList()));
        module.addSerializer(float[].class, new As<>(float[].class, a -> IntStream.range(0, a.length).mapToObj(i -> a[i]).toList()));
        module.addSerializer(Table.class, new As<>(Table.class, Table::json));
        module.addSerializer(Path.class, new As<>(Path.class, Path::toString));
        module.addSerializer(Optional.class, new As<>(Optional.class, o -> o.orElse(null)));
        module.addSerializer(OptionalDouble.class, new As<>(OptionalDouble.class, o -> o.isPresent() ? o.getAsDouble() : null));
        module.addSerializer(OptionalInt.class, new As<>(OptionalInt.class, o -> o.isPresent() ? o.getAsInt() : null));
        module.addSerializer(OptionalLong.class, new As<>(OptionalLong.class, o -> o.isPresent() ? o.getAsLong() : null));
        return new ObjectMapper().registerModule(module).setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    }

    /** Writes a value as another one that JSON knows. */
    private static final class As<T> extends StdSerializer<T> {
        private static final long serialVersionUID = 1L;

        private final transient Function<T, Object> other;

        As(Class<T> type, Function<T, Object> other) {
            super(type);
            this.other = other;
        }

        @Override
        public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
            provider.defaultSerializeValue(other.apply(value), out);
        }
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
