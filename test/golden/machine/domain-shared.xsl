<?xml version="1.0"?>
<!--
  What the libvirt provider has no argument for: a fixed UUID, disks whose cache may be lost with the machine, and none of the
  devices that it adds by itself and no machine of the lab uses: each of them costs an emulated boot its time.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output omit-xml-declaration="yes" indent="yes"/>
  <xsl:template match="node()|@*"><xsl:copy><xsl:apply-templates select="node()|@*"/></xsl:copy></xsl:template>

</xsl:stylesheet>
