package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Images of one size in files, JPEG or PNG, in one folder for each class: {@code .../frog/0001.jpg}, as a folder or as a
 * tar or tar.gz of one. Images are ordered by their paths and classes by their names. They are decoded once and then held
 * in memory, a byte for each pixel and channel.
 */
public final class ImageFolder {

    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png");

    private ImageFolder() {
    }

    /** Shows every image file to a visitor. */
    private interface Source {
        void read(Tar.Visitor visitor);
    }

    /** Training images, centred and scaled by channel. */
    public static ByteImages open(Path path) {
        return open(path, null);
    }

    /**
     * Images of the classes of {@code like}, centred and scaled as those were.
     *
     * @param like training images; null for none
     */
    public static ByteImages open(Path path, ByteImages like) {
        Source source = source(path);
        Map<String, String> classOf = new TreeMap<>(); // by name of the file
        BufferedImage[] first = new BufferedImage[1];
        source.read((name, content, size) -> {
            if (isImage(name)) {
                classOf.put(name, className(path, name));
                first[0] = first[0] == null ? decode(path, name, content) : first[0];
            }
        });
        if (classOf.isEmpty()) {
            throw new UserError(path + ": found no image, expected .jpg or .png files in one folder for each class");
        }
        List<String> classes = like == null ? List.copyOf(new TreeSet<>(classOf.values())) : like.classes();
        Shape shape = like == null ? shape(first[0]) : like.shape();
        if ((long) classOf.size() * shape.size() > Integer.MAX_VALUE - 8) {
            throw new UserError(path + ": found " + classOf.size() + " images of " + shape + ", expected fewer than 2^31 pixels and channels in all");
        }
        byte[] pixels = new byte[classOf.size() * shape.size()];
        int[] labels = new int[classOf.size()];
        Map<String, Integer> place = new HashMap<>();
        classOf.forEach((name, kind) -> {
            int i = place.size();
            place.put(name, i);
            labels[i] = classes.indexOf(kind);
            if (labels[i] < 0) {
                throw new UserError(path + ": " + name + " is of class '" + kind + "', expected one of " + classes);
            }
        });
        source.read((name, content, size) -> {
            Integer i = place.get(name);
            if (i != null) {
                BufferedImage image = decode(path, name, content);
                if (!shape(image).equals(shape)) {
                    throw new UserError(path + ": " + name + " is an image of " + shape(image) + ", expected " + shape);
                }
                write(image, shape, pixels, i * shape.size());
            }
        });
        return ByteImages.of(shape, pixels, labels, classes, like);
    }

    private static Source source(Path path) {
        if (Files.isDirectory(path)) {
            return visitor -> walk(path, visitor);
        }
        if (!Files.isRegularFile(path)) {
            throw new UserError(path + ": is no folder and no file, expected a folder of images or a tar.gz of one");
        }
        return visitor -> Tar.read(path, visitor);
    }

    private static void walk(Path folder, Tar.Visitor visitor) {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(f -> isImage(f.toString()) && Files.isRegularFile(f)).forEach(files::add);
            for (Path f : files) {
                try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(f))) {
                    visitor.file(folder.relativize(f).toString().replace('\\', '/'), in, in.available());
                }
            }
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be read: " + e.getMessage());
        }
    }

    private static boolean isImage(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        return !file.startsWith(".") && ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static String className(Path path, String name) {
        String[] parts = name.split("/");
        if (parts.length < 2) {
            throw new UserError(path + ": " + name + " lies in no folder, expected one folder for each class");
        }
        return parts[parts.length - 2];
    }

    private static BufferedImage decode(Path path, String name, InputStream content) {
        try {
            BufferedImage image = ImageIO.read(new MemoryCacheImageInputStream(content));
            if (image != null) {
                return image;
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UserError(path + ": " + name + " cannot be decoded (" + e.getMessage() + "), expected a JPEG or PNG image; get it again");
        }
        throw new UserError(path + ": " + name + " is in no format that is known here, expected a JPEG or PNG image");
    }

    private static Shape shape(BufferedImage image) {
        boolean grey = image.getColorModel().getNumComponents() == 1 && image.getColorModel().getComponentSize(0) == 8;
        return new Shape(grey ? 1 : 3, image.getHeight(), image.getWidth());
    }

    private static void write(BufferedImage image, Shape shape, byte[] pixels, int at) {
        int plane = shape.height() * shape.width();
        if (shape.channels() == 1) {
            int[] grey = image.getRaster().getSamples(0, 0, shape.width(), shape.height(), 0, (int[]) null);
            for (int i = 0; i < plane; i++) {
                pixels[at + i] = (byte) grey[i];
            }
            return;
        }
        int[] colours = image.getRGB(0, 0, shape.width(), shape.height(), null, 0, shape.width());
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                pixels[at + c * plane + i] = (byte) (colours[i] >> 16 - 8 * c);
            }
        }
    }
}
