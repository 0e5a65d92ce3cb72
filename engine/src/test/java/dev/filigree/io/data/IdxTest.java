package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IDX files: what is whole is read, what is not is refused with the file, what was found and what was expected. */
class IdxTest {

    @TempDir
    private Path folder;

    @Test
    void aFolderIsReadPackedOrNot() throws IOException {
        write("train-images-idx3-ubyte.gz", packed(images(3, 2, 2)));
        write("train-labels-idx1-ubyte", labels(0, 9, 1));
        write("t10k-images-idx3-ubyte", images(1, 2, 2));
        write("t10k-labels-idx1-ubyte.gz", packed(labels(5)));
        DataSet set = IdxFolder.open("digits", folder);
        assertEquals(3, set.train().count());
        assertEquals(new Shape(1, 2, 2), set.train().shape());
        assertEquals(9, set.train().label(1));
        assertEquals(5, set.test().label(0));
        float[] x = new float[4];
        float[] mean = new float[4];
        for (int i = 0; i < 3; i++) {
            set.train().read(i, x);
            for (int j = 0; j < 4; j++) {
                mean[j] += x[j];
            }
        }
        assertEquals(0, (mean[0] + mean[1] + mean[2] + mean[3]) / 12, 1e-5, "centred by the training images");
    }

    @Test
    void whatIsDamagedIsNamed() throws IOException {
        refused(new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 7}, "found magic number 00000801, expected 00000803");
        refused(Arrays.copyOf(images(3, 2, 2), 20), "holds 4 values, its header promises 12");
        refused(Arrays.copyOf(images(3, 2, 2), 9), "ends too early");
        refused(Arrays.copyOf(images(3, 2, 2), 40), "goes on after the 12 values");
        refused(ByteBuffer.allocate(16).putInt(0x803).putInt(-1).putInt(2).putInt(2).array(), "dimension 0 is -1");
        refused(ByteBuffer.allocate(16).putInt(0x803).putInt(1 << 30).putInt(1 << 30).putInt(2).array(), "dimension 1 is 1073741824");
        byte[] cut = packed(images(3, 2, 2));
        refused(Arrays.copyOf(cut, cut.length - 12), "ends too early");
    }

    @Test
    void labelsOutOfRangeAreRefused() throws IOException {
        write("train-images-idx3-ubyte", images(2, 2, 2));
        write("train-labels-idx1-ubyte", labels(0, 10));
        write("t10k-images-idx3-ubyte", images(1, 2, 2));
        write("t10k-labels-idx1-ubyte", labels(5));
        UserError e = assertThrows(UserError.class, () -> IdxFolder.open("digits", folder));
        assertTrue(e.getMessage().contains(folder + ", train-labels-idx1-ubyte: label 1 is 10, expected 0..9"), e.getMessage());
        write("train-labels-idx1-ubyte", labels(1));
        assertTrue(assertThrows(UserError.class, () -> IdxFolder.open("digits", folder)).getMessage().contains("found 1 labels for 2 images"));
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
        assertTrue(assertThrows(UserError.class, () -> IdxFolder.open("digits", folder)).getMessage().contains("lacks t10k-labels-idx1-ubyte"));
    }

    private void refused(byte[] bytes, String because) throws IOException {
        Path file = write("damaged", bytes);
        UserError e = assertThrows(UserError.class, () -> Idx.read(file, 3));
        assertTrue(e.getMessage().contains(because) && e.getMessage().startsWith(file.toString()), e.getMessage());
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] images(int n, int height, int width) {
        ByteBuffer b = ByteBuffer.allocate(16 + n * height * width).putInt(0x803).putInt(n).putInt(height).putInt(width);
        for (int i = 0; i < n * height * width; i++) {
            b.put((byte) (i * 37));
        }
        return b.array();
    }

    private static byte[] labels(int... labels) {
        ByteBuffer b = ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length);
        Arrays.stream(labels).forEach(l -> b.put((byte) l));
        return b.array();
    }

    private static byte[] packed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream z = new GZIPOutputStream(out)) {
            z.write(bytes);
        }
        return out.toByteArray();
    }
}
