package dev.filigree.app.plan;

import dev.filigree.app.Registry;
import dev.filigree.infer.TimingsFile;
import dev.filigree.kernel.Kernels;
import dev.filigree.report.Machine;
import dev.filigree.report.RunRecord;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/** What times depend on in this process, and where they are kept between processes. */
public final class Here {

    private static final String FILE = "timings.json";

    private Here() {
    }

    /** Processor, kernels, Java and version. */
    public static String machine(Kernels kernels) {
        return Machine.here().processor() + ", " + kernels.name() + ", Java " + Runtime.version() + ", Filigree " + version();
    }

    /** The times measured on this machine, in the cache folder. */
    public static TimingsFile timings(Kernels kernels, boolean fresh, Consumer<String> say) {
        return TimingsFile.open(Registry.cache().resolve(FILE), machine(kernels), fresh, say);
    }

    /** A version that still changes is told apart by when it was built: its kernels may be others. */
    private static String version() {
        String version = RunRecord.builtVersion();
        CodeSource source = Kernels.class.getProtectionDomain().getCodeSource();
        if (source == null || !version.endsWith("-SNAPSHOT")) {
            return version;
        }
        try {
            return version + " of " + Files.getLastModifiedTime(Path.of(source.getLocation().toURI())).toInstant().truncatedTo(ChronoUnit.SECONDS);
        } catch (IOException | URISyntaxException e) {
            return version;
        }
    }
}
