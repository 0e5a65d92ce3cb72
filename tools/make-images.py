#!/usr/bin/env python3
"""Makes the bundled part of Fashion-MNIST from the whole: the first images of each file, in their order. Same inputs, same bytes out.

    tools/make-images.py --from DIR --out DIR

    --from  the four IDX files of Fashion-MNIST, packed with gzip (Debian's dataset-fashion-mnist has them)
    --out   receives the same four files with the first 6,000 training and 2,000 test images
"""

import argparse
import gzip
import struct

FILES = {"train-images-idx3-ubyte": 6000, "train-labels-idx1-ubyte": 6000, "t10k-images-idx3-ubyte": 2000, "t10k-labels-idx1-ubyte": 2000}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    for name, count in FILES.items():
        with gzip.open(f"{args.source}/{name}.gz") as f:
            whole = f.read()
        dimensions = whole[3]
        head = 4 + 4 * dimensions
        each = 1
        for size in struct.unpack(f">{dimensions - 1}I", whole[8:head]):
            each *= size
        part = whole[:4] + struct.pack(">I", count) + whole[8:head] + whole[head:head + count * each]
        with open(f"{args.out}/{name}.gz", "wb") as f, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=f, mtime=0) as z:
            z.write(part)


if __name__ == "__main__":
    main()
