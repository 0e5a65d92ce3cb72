/** Ways to tune a pretrained network for another task by training a small change of its weights. */
package dev.filigree.train.tuning;
