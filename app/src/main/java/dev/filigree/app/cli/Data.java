package dev.filigree.app.cli;

import dev.filigree.app.data.KnownData;
import dev.filigree.report.Column;
import dev.filigree.report.Json;
import dev.filigree.report.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code filigree data}: what data sets there are, where they lie, and how to get the others. */
@Command(name = "data", description = "List the data sets that have a name: where they lie, or how to get them. Everything else works with a path.",
        subcommands = DataCollection.class,
        footer = {"", "The variable " + KnownData.FOLDER + " names a folder in which data sets are looked for.", "", "Examples:", "  filigree data",
            "  filigree train --data fashion-mnist", "  filigree train --data path/to/folder", "  filigree data collection made.jsonl"})
final class Data implements Runnable {

    @ParentCommand
    private Filigree filigree;

    Filigree filigree() {
        return filigree;
    }

    @Override
    public void run() {
        Table t = new Table("Data sets", Column.text("name"), Column.text("what"), Column.text("licence"), Column.text("where"));
        for (KnownData d : KnownData.all()) {
            t.row(d.name(), d.what(), d.licence(), d.place().map(Object::toString).orElse((d.bundled() && !d.places().isEmpty() ? "a part is bundled; for all of it " : "") + d.how()));
        }
        filigree.console().out().println(filigree.json() ? Json.pretty(t.json()) : t.text(filigree.console().columns()));
    }
}
