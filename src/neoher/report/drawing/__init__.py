"""Drawing: charts as SVG, pictures of images with scale and directions, planes, colours, PNG."""
