package dev.filigree.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, every claim checked before anybody acts on it: names are unique, sizes follow from
 * shape and type, and the tensors cover the data section exactly, without gap or overlap.
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {

    /** Where a tensor lies: bytes [{@code begin}, {@code end}) of the data section. */
    record Entry(String name, DType type, long[] shape, long begin, long end) {
    }

    private static final int HIGHEST_RANK = 8;
    private static final String METADATA = "__metadata__";

    /** Reads {@code json}, the header of {@code source}, whose data section has {@code dataBytes} bytes. */
    static SafetensorsHeader parse(String source, byte[] json, long dataBytes) {
        if (json.length == 0 || json[0] != '{') {
            throw Faults.corrupt(source, "its header does not start with {");
        }
        try (JsonParser in = Json.FACTORY.createParser(json)) {
            SafetensorsHeader header = new Reader(source, in).header();
            header.requireTiling(source, dataBytes);
            return header;
        } catch (JsonProcessingException e) {
            throw Faults.corrupt(source, "its header is not valid JSON (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw Faults.corrupt(source, "its header is not valid UTF-8 text");
        }
    }

    private void requireTiling(String source, long dataBytes) {
        List<Entry> byOffset = new ArrayList<>(entries);
        byOffset.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long covered = 0;
        for (Entry e : byOffset) {
            if (e.begin < 0 || e.end < e.begin || e.end > dataBytes) {
                throw Faults.corrupt(source, "tensor " + Faults.quote(e.name) + " claims bytes " + e.begin + " to " + e.end
                        + " of a data section of " + dataBytes);
            }
            long expected = StoredTensor.bytes(e.type, e.shape);
            if (expected != e.end - e.begin) {
                throw Faults.corrupt(source, "tensor " + Faults.quote(e.name) + " of type " + e.type + " and shape "
                        + StoredTensor.text(e.shape) + " claims " + (e.end - e.begin) + " bytes, expected "
                        + (expected < 0 ? "a smaller shape" : expected));
            }
            if (e.begin != covered) {
                throw Faults.corrupt(source, "tensor " + Faults.quote(e.name) + " starts at byte " + e.begin
                        + (e.begin < covered ? " and overlaps" : " and leaves a gap to") + " its neighbour, which ends at " + covered);
            }
            covered = e.end;
        }
        if (covered != dataBytes) {
            throw Faults.corrupt(source, "its tensors cover " + covered + " bytes of a data section of " + dataBytes);
        }
    }

    /** Walks the header token by token, so that no tree of a hostile header is ever built. */
    private record Reader(String source, JsonParser in) {

        SafetensorsHeader header() throws IOException {
            List<Entry> entries = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            expect(JsonToken.START_OBJECT, in.nextToken(), "the header");
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                if (name.equals(METADATA)) {
                    metadata(metadata);
                } else {
                    entries.add(entry(name));
                }
            }
            if (in.nextToken() != null) {
                throw Faults.corrupt(source, "its header is followed by more text");
            }
            return new SafetensorsHeader(entries, metadata);
        }

        private void metadata(Map<String, String> out) throws IOException {
            expect(JsonToken.START_OBJECT, in.nextToken(), METADATA);
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                expect(JsonToken.VALUE_STRING, in.nextToken(), METADATA + " " + Faults.quote(key));
                out.put(key, in.getText());
            }
        }

        private Entry entry(String name) throws IOException {
            String where = "tensor " + Faults.quote(name);
            expect(JsonToken.START_OBJECT, in.nextToken(), where);
            DType type = null;
            long[] shape = null;
            long[] offsets = null;
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                switch (key) {
                    case "dtype" -> {
                        expect(JsonToken.VALUE_STRING, in.nextToken(), where + " dtype");
                        String text = in.getText();
                        type = DType.named(text).orElseThrow(() -> Faults.unsupported(source,
                                where + " has type " + Faults.quote(text), "expected one of " + DType.known()));
                    }
                    case "shape" -> shape = numbers(where + " shape", HIGHEST_RANK);
                    case "data_offsets" -> offsets = numbers(where + " data_offsets", 2);
                    default -> throw Faults.corrupt(source, where + " has an unknown field " + Faults.quote(key));
                }
            }
            if (type == null || shape == null || offsets == null || offsets.length != 2) {
                throw Faults.corrupt(source, where + " lacks one of dtype, shape and two data_offsets");
            }
            return new Entry(name, type, shape, offsets[0], offsets[1]);
        }

        private long[] numbers(String where, int most) throws IOException {
            expect(JsonToken.START_ARRAY, in.nextToken(), where);
            long[] out = new long[most];
            int count = 0;
            while (in.nextToken() != JsonToken.END_ARRAY) {
                expect(JsonToken.VALUE_NUMBER_INT, in.currentToken(), where);
                if (count == most) {
                    throw Faults.corrupt(source, where + " has more than " + most + " numbers");
                }
                if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER || in.getLongValue() < 0) {
                    throw Faults.corrupt(source, where + " holds the impossible number " + Faults.quote(in.getText()));
                }
                out[count++] = in.getLongValue();
            }
            return Arrays.copyOf(out, count);
        }

        private void expect(JsonToken wanted, JsonToken found, String where) {
            if (wanted != found) {
                throw Faults.corrupt(source, where + " holds " + found + ", expected " + wanted);
            }
        }
    }
}
