package dev.filigree.app.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorLinesTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenComesBack() {
        Path file = folder.resolve("v.jsonl");
        int[] told = new int[1];
        try (Parallel parallel = new Parallel(2)) {
            VectorLines.write(file, "d", 9001, i -> new SparseVector(new int[] {(int) i % 3, 3}, new float[] {1 + i / 8f, 0.00001f}), parallel, n -> told[0] += (int) n);
        }
        Map<String, Integer> numbers = new HashMap<>();
        List<SparseVector> back = VectorLines.read(file, false, numbers);
        assertEquals(9001, back.size());
        assertEquals(9001, told[0]);
        assertEquals(Map.of("0", 0, "3", 1, "1", 2, "2", 3), numbers);
        assertArrayEquals(new int[] {1, 3}, back.get(5000).terms());
        assertArrayEquals(new float[] {0.0001f, 626}, back.get(5000).weights());
    }

    @Test
    void aTextIsNoVector() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.jsonl"), "{\"id\": \"a\", \"vector\": {\"x\": 1}}\n{\"id\": \"b\", \"text\": \"words\"}\n");
        UserError e = assertThrows(UserError.class, () -> VectorLines.read(file, false, new HashMap<>()));
        assertTrue(e.getMessage().contains("found no vector") && e.getMessage().contains("2"), e.getMessage());
    }
}
