package dev.filigree.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Named;

/**
 * The vector kernels at every width this machine can run, in one process: the width is a constant of the loaded classes,
 * so each width gets the package loaded anew.
 */
public final class VectorWidths {

    private static final String PACKAGE = "dev.filigree.kernel.vector.";
    private static final String PROPERTY = KernelChoice.PROPERTY;

    private VectorWidths() {
    }

    public static Stream<Named<Kernels>> all() {
        int most = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
        return IntStream.of(128, 256, 512).filter(bits -> bits <= most).mapToObj(VectorWidths::at).map(k -> Named.of(k.name(), k));
    }

    /** The same and the scalar definition, for laws that go over implementations themselves. */
    public static List<Kernels> andScalar() {
        return Stream.concat(Stream.of(Kernels.scalar()), all().map(Named::getPayload)).toList();
    }

    private static Kernels at(int bits) {
        String before = System.getProperty(PROPERTY);
        System.setProperty(PROPERTY, Integer.toString(bits));
        try {
            Kernels kernels = (Kernels) new Again().loadClass(PACKAGE + "VectorKernels").getDeclaredConstructor().newInstance();
            if (kernels.lanes() * Float.SIZE != bits) { // also reads the property, while it is set
                throw new AssertionError("asked for " + bits + " bits, got " + kernels.name());
            }
            return kernels;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no vector kernels at " + bits + " bits", e);
        } finally {
            if (before == null) {
                System.clearProperty(PROPERTY);
            } else {
                System.setProperty(PROPERTY, before);
            }
        }
    }

    /** Defines the package itself and leaves everything else to the usual loader. */
    private static final class Again extends ClassLoader {

        Again() {
            super(VectorWidths.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
