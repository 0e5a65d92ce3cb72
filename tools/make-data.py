#!/usr/bin/env python3
"""Makes the bundled text of Filigree from its three sources. Same inputs, same bytes out.

    tools/make-data.py --sts-train FILE --sts-dev FILE --wiki-train FILE --wiki-valid FILE --out DIR

    --sts-train, --sts-dev    the STS benchmark's own files: tab-separated, no quoting; columns genre, file, year, id,
                              score, sentence 1, sentence 2 (some rows carry further columns, which are ignored)
    --wiki-train, --wiki-valid  WikiText-2, the word-level release (plain or .gz)
    --out                     receives recovery.txt.gz, held-out.txt.gz, stsb-dev.tsv.gz and counts.properties

What is guaranteed about the output:
  * no sentence of recovery.txt.gz equals, compared by letters and digits alone, a sentence of an STS-B dev pair or a
    held-out sentence, and none occurs twice; counts.properties says how many each rule removed;
  * held-out sentences come from articles that recovery.txt.gz never saw, and none is in an STS-B dev pair;
  * the order of both sentence files is a seeded shuffle, so that a prefix is a sample.
"""

import argparse
import gzip
import random
import re

SEED = 20240
RECOVERY_SENTENCES = 55_000  # at most; the sources give about 50,500
HELD_OUT_SENTENCES = 1_000
WORDS = range(5, 41)


def lines(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as f:
        for line in f:
            yield line.rstrip("\r\n")


def key(sentence):
    """What makes two sentences the same: their letters and digits, without case."""
    return re.sub(r"[\W_]+", " ", sentence.lower()).strip()


def sts_pairs(path):
    for line in lines(path):
        fields = line.split("\t")
        yield float(fields[4]), fields[5].strip(), fields[6].strip()


# WikiText-2 is tokenised; its sentence ends are tokens of their own ("Mr." keeps its dot), so splitting is exact.
ENDS = {".", "!", "?"}
CONTRACTIONS = re.compile(r" '(s|t|re|ve|ll|d|m|S)\b")
LATIN = re.compile(r"[ -~\u00a0-\u024f\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u20ac]+")


def wiki_sentences(path):
    for line in lines(path):
        tokens = ['"' if t == '""' else t for t in line.split()]  # some articles double their quotation marks
        if not tokens or tokens[0] == "=":  # headings
            continue
        start = 0
        for i, token in enumerate(tokens):
            if token not in ENDS:
                continue
            end = i + 1
            # A closing quotation mark belongs to the sentence that it closes.
            if end < len(tokens) and tokens[end] == '"' and tokens[start:end].count('"') % 2 == 1:
                end += 1
            if start < end:
                sentence = plain(tokens[start:end])
                if sentence:
                    yield sentence
            start = end


def plain(tokens):
    """The sentence as its author wrote it, or None where that cannot be told or where it is not a plain sentence."""
    if "<unk>" in tokens or tokens.count('"') % 2 == 1 or tokens.count("(") != tokens.count(")"):
        return None
    text, opened = "", False
    for token in tokens:
        if token == '"':
            opened = not opened
            text += ' \x01' if opened else '\x02'
        else:
            text += " " + token
    text = text.replace("\x01 ", '"').replace("\x02", '"')
    text = re.sub(r" @([-,.])@ ", r"\1", text)
    text = CONTRACTIONS.sub(r"'\1", text)
    text = re.sub(r"\b([ODL]|d|l) '(?=[A-Z])", r"\1'", text)  # O'Neill, D'Arcy
    text = re.sub(r"s ' (?=\w)", "s' ", text)  # plural possessive
    if re.search(r"(^| )'|'( |$)(?<!s' )", text):  # single quotes: opening or closing is a guess
        return None
    text = re.sub(r" ([.,;:!?%)\]])", r"\1", text)
    text = re.sub(r"([(\[$£€#]) ", r"\1", text)
    text = re.sub(r"(?<=\d) – (?=\d)", "–", text)
    text = re.sub(r" / ", "/", text)
    text = re.sub(r"(?<=\w) \((?=e?s\))", "(", text)  # note(s)
    text = re.sub(r"  +", " ", text).strip()
    if re.search(r"(^|[ (])(c|no|nos|fig|op|vol|vs|approx)\.$", text, re.IGNORECASE):  # an abbreviation was taken for an end
        return None
    if not LATIN.fullmatch(text) or not re.match(r'["(]?[A-Z0-9]', text) or "@" in text:
        return None
    return text


def fits(sentence):
    return len(sentence.split()) in WORDS


def write(path, rows):
    data = "".join(row + "\n" for row in rows).encode("utf-8")
    with open(path, "wb") as f, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=f, mtime=0) as z:
        z.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--sts-train", "--sts-dev", "--wiki-train", "--wiki-valid", "--out"):
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    rng = random.Random(SEED)

    dev = list(sts_pairs(args.sts_dev))
    in_dev = {key(s) for _, a, b in dev for s in (a, b)}

    held_out, seen = [], set(in_dev)
    for s in wiki_sentences(args.wiki_valid):
        if fits(s) and key(s) not in seen:
            seen.add(key(s))
            held_out.append(s)
    rng.shuffle(held_out)
    held_out = held_out[:HELD_OUT_SENTENCES]

    taken = {key(s) for s in held_out}
    removed_dev, removed_held_out, unique = set(), set(), {}

    def offer(sentence):
        k = key(sentence)
        if k in in_dev:
            removed_dev.add(k)
        elif k in taken:
            removed_held_out.add(k)
        elif k:
            unique.setdefault(k, sentence)

    for _, a, b in sts_pairs(args.sts_train):
        offer(a)
        offer(b)
    from_sts = list(unique.values())
    for s in wiki_sentences(args.wiki_train):
        if fits(s):
            offer(s)
    from_wiki = list(unique.values())[len(from_sts):]
    rng.shuffle(from_wiki)
    from_wiki = from_wiki[:RECOVERY_SENTENCES - len(from_sts)]
    recovery = from_sts + from_wiki
    rng.shuffle(recovery)

    write(f"{args.out}/recovery.txt.gz", recovery)
    write(f"{args.out}/held-out.txt.gz", held_out)
    write(f"{args.out}/stsb-dev.tsv.gz", (f"{score:.3f}\t{a}\t{b}" for score, a, b in dev))
    with open(f"{args.out}/counts.properties", "w", encoding="utf-8") as f:
        f.write("# Written by tools/make-data.py together with the files beside it.\n")
        f.write(f"recovery.fromStsTrain={len(from_sts)}\n")
        f.write(f"recovery.fromWikiText={len(from_wiki)}\n")
        f.write(f"recovery.excludedAsInStsDev={len(removed_dev)}\n")
        f.write(f"recovery.excludedAsHeldOut={len(removed_held_out)}\n")
        f.write(f"heldOut={len(held_out)}\n")
        f.write(f"stsDev.pairs={len(dev)}\n")


if __name__ == "__main__":
    main()
