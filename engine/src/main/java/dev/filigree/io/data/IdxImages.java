package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Folders of the MNIST family: {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte} and the same of {@code t10k}, packed with gzip or not. */
public final class IdxImages {

    private static final List<String> ENDINGS = List.of("", ".gz");

    private IdxImages() {
    }

    /** The training images, centred and scaled. */
    public static ByteImages training(Path folder) {
        return open(folder, "train", null);
    }

    /** The test images, centred and scaled as the training images were. */
    public static ByteImages test(Path folder, ByteImages training) {
        return open(folder, "t10k", training);
    }

    private static ByteImages open(Path folder, String part, ByteImages like) {
        Path imageFile = find(folder, part + "-images-idx3-ubyte");
        Path labelFile = find(folder, part + "-labels-idx1-ubyte");
        Idx.Bytes images = Idx.read(imageFile, 3);
        Idx.Bytes labels = Idx.read(labelFile, 1);
        if (labels.sizes()[0] != images.sizes()[0]) {
            throw new UserError(labelFile + ": holds " + labels.sizes()[0] + " labels, expected one for each of the " + images.sizes()[0] + " images of " + imageFile.getFileName());
        }
        int[] labelOf = new int[labels.values().length];
        int classes = like == null ? 2 : like.classes().size();
        for (int i = 0; i < labelOf.length; i++) {
            labelOf[i] = labels.values()[i] & 0xff;
            classes = like == null ? Math.max(classes, labelOf[i] + 1) : classes;
        }
        Shape shape = new Shape(1, images.sizes()[1], images.sizes()[2]);
        if (like != null && !like.shape().equals(shape)) {
            throw new UserError(imageFile + ": holds images of " + shape + ", expected " + like.shape() + " as in training");
        }
        return ByteImages.of(shape, images.values(), labelOf, IntStream.range(0, classes).mapToObj(Integer::toString).toList(), like);
    }

    private static Path find(Path folder, String name) {
        return ENDINGS.stream().map(e -> folder.resolve(name + e)).filter(Files::isRegularFile).findFirst()
                .orElseThrow(() -> new UserError(folder + ": has no " + name + " or " + name + ".gz, expected a folder of the MNIST family"));
    }
}
