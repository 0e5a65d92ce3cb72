package dev.filigree.app.studies;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.app.report.HtmlReport;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.report.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The folder of results: a page and a record for each study, and one page on which all are gathered. */
public record StudyFolder(Path path) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What is stored of a study.
     *
     * @param verdicts a line for each part of the claim
     * @param section  its part of the gathered page
     */
    public record Stored(Claim claim, int seeds, boolean quick, List<String> verdicts, String section) {
    }

    /** Writes a study's page and record, and returns the page. */
    public Path write(StudyReport report) {
        HtmlReport page = new HtmlReport(report.claim().name(), report.claim().paper());
        report.show(page);
        String section = page.body();
        Path file = path.resolve(report.claim().name() + ".html");
        AtomicFile.write(file, page.provenance(report.run()).html().getBytes(StandardCharsets.UTF_8));
        Map<String, Object> record = report.json();
        record.put("lines", report.lines());
        record.put("section", section);
        AtomicFile.write(record(report.claim()), Json.pretty(record).getBytes(StandardCharsets.UTF_8));
        return file;
    }

    /** What was stored of a study; empty when it was not run, or made other claims when it was. */
    public Optional<Stored> read(Claim claim) {
        Path file = record(claim);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode node = JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
            List<String> lines = new ArrayList<>();
            node.path("lines").forEach(l -> lines.add(l.asText()));
            boolean same = node.path("claim").equals(JSON.readTree(Json.line(claim)));
            return same ? Optional.of(new Stored(claim, node.path("seeds").asInt(), node.path("quick").asBoolean(), lines, node.path("section").asText())) : Optional.empty();
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read as JSON (" + e.getMessage().lines().findFirst().orElse("") + "); delete it and run the study again", e);
        }
    }

    /** Writes one page with everything that is stored here, and returns it. */
    public Path gather(List<Claim> claims) {
        HtmlReport page = new HtmlReport("Claims of the field, in miniature", "Each study says what a paper claims, what was run, and whether the claim holds here.");
        List<Stored> stored = claims.stream().flatMap(c -> read(c).stream()).toList();
        if (stored.isEmpty()) {
            throw new UserError(path + ": holds no result of a study; run one first, as in filigree study " + claims.getFirst().name());
        }
        page.table(StudyTables.overview(stored));
        for (Stored s : stored) {
            page.heading(s.claim().name()).text(s.claim().paper()).section(s.section());
        }
        Path file = path.resolve("index.html");
        AtomicFile.write(file, page.html().getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private Path record(Claim claim) {
        return path.resolve(claim.name() + ".json");
    }
}
