package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Data sets of the MNIST family: four IDX files, packed with gzip or not. */
public final class IdxFolder {

    private static final List<String> FASHION = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    private IdxFolder() {
    }

    /** Opens the streams of the four files by their names without ".gz"; they are not packed. */
    @FunctionalInterface
    public interface Source {
        DataInputStream open(String file) throws IOException;
    }

    /** Whether a folder holds such files. */
    public static boolean is(Path folder) {
        return file(folder, "train-images-idx3-ubyte") != null;
    }

    /** Reads a folder. */
    public static DataSet open(String name, Path folder) {
        Idx.Bytes[] parts = new Idx.Bytes[4];
        for (int i = 0; i < parts.length; i++) {
            Path file = file(folder, NAMES.get(i));
            if (file == null) {
                throw new UserError(folder + ": lacks " + NAMES.get(i) + " (or the same with .gz); expected the four files of an IDX data set");
            }
            parts[i] = Idx.read(file, i % 2 == 0 ? 3 : 1);
        }
        return of(name, folder.toString(), parts);
    }

    /** Reads files that come with the program. */
    public static DataSet open(String name, String origin, Source files) throws IOException {
        Idx.Bytes[] parts = new Idx.Bytes[4];
        for (int i = 0; i < parts.length; i++) {
            try (DataInputStream in = files.open(NAMES.get(i))) {
                parts[i] = Idx.read(NAMES.get(i), in, i % 2 == 0 ? 3 : 1);
            }
        }
        return of(name, origin, parts);
    }

    private static final List<String> NAMES = List.of("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    private static DataSet of(String name, String origin, Idx.Bytes[] parts) {
        List<String> classes = name.contains("fashion") ? FASHION : IntStream.range(0, 10).mapToObj(String::valueOf).toList();
        ByteImages train = images(origin, 0, parts, classes, null);
        return new DataSet(name, origin, train, images(origin, 2, parts, classes, train));
    }

    /** @param first the place of the images among the parts; their labels follow */
    private static ByteImages images(String origin, int first, Idx.Bytes[] parts, List<String> classes, ByteImages like) {
        Idx.Bytes images = parts[first];
        Idx.Bytes labels = parts[first + 1];
        String file = origin + ", " + NAMES.get(first + 1);
        if (images.sizes()[0] != labels.sizes()[0]) {
            throw new UserError(file + ": found " + labels.sizes()[0] + " labels for " + images.sizes()[0] + " images, expected as many");
        }
        int[] of = new int[labels.sizes()[0]];
        for (int i = 0; i < of.length; i++) {
            of[i] = labels.values()[i] & 0xff;
            if (of[i] >= classes.size()) {
                throw new UserError(file + ": label " + i + " is " + of[i] + ", expected 0.." + (classes.size() - 1));
            }
        }
        return ByteImages.of(new Shape(1, images.sizes()[1], images.sizes()[2]), images.values(), of, classes, like);
    }

    private static Path file(Path folder, String name) {
        for (String suffix : List.of("", ".gz")) {
            Path file = folder.resolve(name + suffix);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }
}
