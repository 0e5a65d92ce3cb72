package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadInOrder() {
        Path file = folder.resolve("model.safetensors");
        Floats a = Floats.of(1, -2, 3.5f, 0, 5, 6);
        List<StoredTensor> tensors = List.of(StoredTensor.of("b", a, 2, 3), StoredTensor.of("a", Floats.of(7), 1),
                StoredTensor.of("scalar", Floats.of(8)), new StoredTensor("empty", DType.I64, new long[] {0, 4}, MemorySegment.NULL));
        Safetensors.write(file, tensors, Map.of("format", "pt", "note", "a \"quoted\"\nline"));
        try (Checkpoint c = Safetensors.read(file)) {
            assertEquals(List.of("b", "a", "scalar", "empty"), c.tensors().stream().map(StoredTensor::name).toList());
            assertEquals("a \"quoted\"\nline", c.metadata().get("note"));
            assertArrayEquals(new long[] {2, 3}, c.tensor("b").shape());
            assertArrayEquals(a.toArray(), c.weights(Arena.ofAuto(), "b", 2, 3).toArray());
            assertEquals(8, c.tensor("scalar").get(0));
            assertEquals(0, c.tensor("empty").elements());
        }
    }

    @Test
    void tensorsLieOnCacheLinesWhereTheirSizesAllow() {
        List<StoredTensor> tensors = new ArrayList<>();
        for (int n : new int[] {1, 16, 3, 32, 17, 160}) {
            tensors.add(StoredTensor.of("t" + n, Floats.allocate(n), n));
        }
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, tensors, Map.of());
        try (Checkpoint c = Safetensors.read(file)) {
            long base = c.tensor("t16").data().address();
            for (StoredTensor t : c.tensors()) {
                boolean whole = t.data().byteSize() % 64 == 0;
                assertEquals(0, (t.data().address() - base) % (whole ? 64 : 4), t.name());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = {"Q8_0", "Q4_0"}) // of GGUF alone
    void everyTypeDecodesToFloats(DType type) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(3 * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int v : new int[] {0, 1, 1}) {
            switch (type) {
                case F64 -> data.putDouble(v);
                case F32 -> data.putFloat(v);
                case F16 -> data.putShort(Float.floatToFloat16(v));
                case BF16 -> data.putShort((short) (Float.floatToIntBits(v) >>> 16));
                case I64 -> data.putLong(v);
                case I32, U32 -> data.putInt(v);
                case I16, U16 -> data.putShort((short) v);
                case I8, U8, BOOL -> data.put((byte) v);
            }
        }
        Path file = raw("{\"x\":{\"dtype\":\"" + type + "\",\"shape\":[3],\"data_offsets\":[0," + data.capacity() + "]}}", data.array());
        try (Checkpoint c = Safetensors.read(file)) {
            assertArrayEquals(new float[] {0, 1, 1}, c.tensor("x").toFloats(Arena.ofAuto()).toArray());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{}                                                                       | cover 0 bytes",
        "[]                                                                       | does not start with {",
        "{\"x\":7}                                                                | expected START_OBJECT",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}           | JSON",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x        | JSON",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":{}}} | unknown field",
        "{\"x\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,8]}}           | expected one of F64",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}                                 | lacks one of",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}        | more than 2",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}        | VALUE_NUMBER_INT",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}         | impossible number",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | impossible number",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}} | smaller shape",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}          | expected 12",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}          | claims bytes 8 to 0",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}         | section of 8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}          | cover 4 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}          | leaves a gap",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"y\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}} | overlaps",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | Duplicate",
        "{\"__metadata__\":{\"a\":1},\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | expected VALUE_STRING",
    })
    void aHeaderThatLiesIsRefusedInOneLine(String header, String expected) throws IOException {
        Path file = raw(header.strip(), new byte[8]);
        Fault.of(() -> Safetensors.read(file), file.toString(), expected);
    }

    @ParameterizedTest
    @CsvSource({"-1", "0", "1", "100000001", "9223372036854775807", "-9223372036854775808", "40"})
    void aHeaderLengthThatLiesIsRefused(long length) throws IOException {
        Path file = folder.resolve("bad.safetensors");
        Files.write(file, ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
        Fault.of(() -> Safetensors.read(file), file.toString(), "header");
    }

    @Test
    void missingEmptyAndFolderAreOneLineEach() throws IOException {
        Fault.of(() -> Safetensors.read(folder.resolve("absent")), "absent", "no such file");
        Fault.of(() -> Safetensors.read(Files.createFile(folder.resolve("empty"))), "empty", "0 bytes");
        Fault.of(() -> Safetensors.read(folder), folder.toString());
    }

    @Test
    void namesFromTheFileCannotBreakTheLine() throws IOException {
        Path file = raw("{\"a\\n\\u001b[31mb" + "x".repeat(500) + "\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", new byte[8]);
        String line = Fault.of(() -> Safetensors.read(file));
        assertTrue(line.length() < 400 + file.toString().length(), line);
    }

    @Test
    void nanAndInfinityAreNoWeights() {
        for (float v : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Path file = folder.resolve("nan.safetensors");
            Safetensors.write(file, List.of(StoredTensor.of("w", Floats.of(1, v), 2)), Map.of());
            try (Checkpoint c = Safetensors.read(file)) {
                Fault.of(() -> c.weights(Arena.ofAuto(), "w", 2), file.toString(), "\"w\"", "position 1");
                Fault.of(() -> c.weights(Arena.ofAuto(), "w", 2, 1), "[2]", "expected [2 x 1]");
                Fault.of(() -> c.weights(Arena.ofAuto(), "v", 2), "\"v\"", "missing");
            }
        }
    }

    private Path raw(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(json.length).put(json).put(data);
        Path file = folder.resolve("raw.safetensors");
        return Files.write(file, out.array());
    }
}
