package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Words with their parts of speech, read as people write. */
class BrownCorpusTest {

    @TempDir
    private Path folder;

    @Test
    void signsStandWherePeoplePutThem() {
        assertEquals("\"Only a few\", the jury said (Friday), \"and/or none\".\n",
                BrownCorpus.text("\n\n\t``/`` Only/rb a/at few/ap ''/'' ,/, the/at jury/nn said/vbd (/( Friday/nr )/) ,/, ``/`` and/or/cc none/pn ''/'' ./.\n\n"));
        assertEquals("He said 'yes' -- didn't he? No!\n", BrownCorpus.text("He/pps said/vbd '/' yes/rb '/' --/-- didn't/dod* he/pps ?/. ?/. No/rb !/. !/.\n"));
    }

    @Test
    void aParagraphIsALineAndItsSentencesFollowEachOther() {
        assertEquals("One. Two.\nThree.\n", BrownCorpus.text("\n\n\tOne/cd ./.\nTwo/cd ./.\n\n\n\tThree/cd ./.\n"));
    }

    @Test
    void whatIsNoCorpusIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("x.tgz"), "no archive");
        assertTrue(assertThrows(UserError.class, () -> BrownCorpus.open(file)).getMessage().startsWith(file + ": "));
        Path empty = Files.write(folder.resolve("empty.tar"), new byte[1024]);
        assertTrue(assertThrows(UserError.class, () -> BrownCorpus.open(empty)).getMessage().contains("found 0 documents"));
    }
}
