package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Images in files are read as it was written, and whatever is wrong with it is said in one line. */
class ImageDataTest {

    @TempDir
    Path folder;

    private static byte[] png(int width, int height, int type, int seed) throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (type == BufferedImage.TYPE_BYTE_GRAY) {
                    image.getRaster().setSample(x, y, 0, seed + 10 * y + x);
                } else {
                    image.setRGB(x, y, 0xff000000 | seed + x << 16 | 50 + y << 8 | 200 - x * y);
                }
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private static Map<String, byte[]> images(int type) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            files.put("set/train/" + (i % 2 == 0 ? "ship" : "frog") + "/" + i + ".png", png(3, 2, type, 20 * i));
        }
        return files;
    }

    private static Path write(Path root, Map<String, byte[]> files) throws IOException {
        for (var f : files.entrySet()) {
            Path file = root.resolve(f.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, f.getValue());
        }
        return root;
    }

    private static byte[] header(String name, int size, char kind) {
        byte[] head = new byte[512];
        put(head, 0, name);
        put(head, 100, "0000644");
        put(head, 124, String.format("%011o", size));
        Arrays.fill(head, 148, 156, (byte) ' ');
        head[156] = (byte) kind;
        put(head, 257, "ustar");
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xff;
        }
        put(head, 148, String.format("%06o", sum));
        head[154] = 0;
        return head;
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }

    private static void entry(OutputStream out, String name, byte[] content, char kind) throws IOException {
        out.write(header(name, content.length, kind));
        out.write(Arrays.copyOf(content, Math.ceilDiv(content.length, 512) * 512));
    }

    private static byte[] tar(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        entry(out, "set/", new byte[0], '5');
        List<String> names = files.keySet().stream().sorted((a, b) -> b.compareTo(a)).toList(); // another order than that of names
        for (String name : names) {
            entry(out, "./@LongLink", name.getBytes(StandardCharsets.UTF_8), 'L');
            entry(out, "cut off", files.get(name), '0');
        }
        out.write(new byte[1024]);
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream z = new GZIPOutputStream(out)) {
            z.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void aFolderAndAnArchiveOfItHoldTheSameImages() throws IOException {
        Map<String, byte[]> files = images(BufferedImage.TYPE_INT_RGB);
        files.put("set/train/ship/._0.png", new byte[] {1, 2, 3});
        files.put("set/readme.txt", new byte[] {1});
        ByteImages plain = ImageFolder.open(write(folder.resolve("plain"), files));
        Path tar = Files.write(folder.resolve("set.tar.gz"), gzip(tar(files)));
        ByteImages packed = ImageFolder.open(tar);
        assertEquals(List.of("frog", "ship"), plain.classes());
        assertArrayEquals(new int[] {0, 0, 1, 1, 1}, plain.labels());
        assertEquals(new Shape(3, 2, 3), plain.shape());
        assertArrayEquals(plain.pixels(), packed.pixels());
        assertArrayEquals(plain.labels(), packed.labels());
        assertEquals(plain.fingerprint(), packed.fingerprint());
        // ship/2.png is fourth; red at (x=1, y=1), then its green and blue
        int at = 3 * 18 + 3 + 1;
        assertEquals(41, plain.pixels()[at]);
        assertEquals(51, plain.pixels()[at + 6]);
        assertEquals((byte) 199, plain.pixels()[at + 12]);
    }

    @Test
    void greyImagesHaveOneChannelOfTheirOwnValues() throws IOException {
        ByteImages grey = ImageFolder.open(write(folder, images(BufferedImage.TYPE_BYTE_GRAY)));
        assertEquals(new Shape(1, 2, 3), grey.shape());
        assertEquals(20 + 12, grey.pixels()[5]);
    }

    @Test
    void testImagesAreScaledAsTheTrainingImagesWere() throws IOException {
        ByteImages training = ImageFolder.open(write(folder.resolve("a"), images(BufferedImage.TYPE_INT_RGB)));
        ByteImages test = ImageFolder.open(write(folder.resolve("b"), Map.of("ship/1.png", png(3, 2, BufferedImage.TYPE_INT_RGB, 7))), training);
        assertArrayEquals(training.mean(), test.mean());
        assertEquals(1, test.label(0));
    }

    private static void refused(String expected, Executable read) {
        UserError e = assertThrows(UserError.class, read);
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void imagesThatAreWrongAreRefusedInOneLine() throws IOException {
        Map<String, byte[]> good = images(BufferedImage.TYPE_INT_RGB);
        ByteImages training = ImageFolder.open(write(folder.resolve("good"), good));
        refused("no folder and no file", () -> ImageFolder.open(folder.resolve("nowhere")));
        refused("found no image", () -> ImageFolder.open(Files.createDirectory(folder.resolve("empty"))));
        refused("lies in no folder", () -> ImageFolder.open(write(folder.resolve("flat"), Map.of("1.png", png(2, 2, 1, 1)))));
        refused("ship/9.png is an image of 3 x 2 x 4, expected 3 x 2 x 3",
                () -> ImageFolder.open(write(folder.resolve("size"), Map.of("ship/1.png", png(3, 2, 1, 1), "ship/9.png", png(4, 2, 1, 1)))));
        refused("'dog'", () -> ImageFolder.open(write(folder.resolve("class"), Map.of("dog/1.png", png(3, 2, 1, 1))), training));
        refused("ship/1.jpg is in no format", () -> ImageFolder.open(write(folder.resolve("junk"), Map.of("ship/1.jpg", "not an image".getBytes(StandardCharsets.UTF_8)))));
        byte[] half = png(30, 30, 1, 1);
        refused("ship/1.png cannot be decoded", () -> ImageFolder.open(write(folder.resolve("half"), Map.of("ship/1.png", Arrays.copyOf(half, half.length / 2)))));
    }

    @Test
    void archivesThatAreWrongAreRefusedInOneLine() throws IOException {
        byte[] good = tar(images(BufferedImage.TYPE_INT_RGB));
        Path file = folder.resolve("set.tar");
        for (int length : new int[] {100, 512, 700, 1600, good.length - 1024}) {
            Files.write(file, Arrays.copyOf(good, length));
            refused("set.tar: the archive ends too early", () -> ImageFolder.open(file));
        }
        byte[] damaged = good.clone();
        damaged[3] ^= 1;
        Files.write(file, damaged);
        refused("wrong checksum", () -> ImageFolder.open(file));
        Files.write(file, new byte[] {'a', 'b', 'c'});
        refused("set.tar", () -> ImageFolder.open(file));
        Path gz = Files.write(folder.resolve("set.tar.gz"), good);
        refused("set.tar.gz: cannot be read", () -> ImageFolder.open(gz));
        byte[] packed = gzip(good);
        Files.write(gz, Arrays.copyOf(packed, packed.length / 2));
        refused("set.tar.gz: the archive ends too early", () -> ImageFolder.open(gz));
    }
}
