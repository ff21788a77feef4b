<?xml version="1.0"?>
<!--
  What the libvirt provider has no argument for: a fixed UUID, disks whose cache may be lost with the machine, and none of the
  devices that it adds by itself and no machine of the lab uses: each of them costs an emulated boot its time.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output omit-xml-declaration="yes" indent="yes"/>
  <xsl:template match="node()|@*"><xsl:copy><xsl:apply-templates select="node()|@*"/></xsl:copy></xsl:template>
  <xsl:template match="/domain/uuid"/>
  <xsl:template match="/domain/name"><xsl:copy-of select="."/><uuid>4b564d4c-6162-4000-8000-000000000003</uuid></xsl:template>
  <xsl:template match="/domain/cpu">
    <cpu mode="custom" match="exact" check="none"><model fallback="forbid">Nehalem</model><feature policy="disable" name="nx"/></cpu>
  </xsl:template>
  <xsl:template match="/domain/devices/graphics | /domain/devices/video | /domain/devices/channel | /domain/devices/rng"/>
  <!-- QEMU would take up to 1 GiB for the code that it translates; three machines shall fit into 4 GiB. -->
  <xsl:template match="/domain[@type = 'qemu']/features">
    <xsl:copy><xsl:apply-templates select="node()|@*"/><tcg><tb-cache unit="MiB">320</tb-cache></tcg></xsl:copy>
  </xsl:template>
  <xsl:template match="/domain/devices">
    <xsl:copy>
      <xsl:apply-templates select="node()|@*"/>
      <controller type="usb" model="none"/>
      <memballoon model="none"/>
    </xsl:copy>
  </xsl:template>
  <xsl:template match="/domain/devices/disk/driver">
    <xsl:copy><xsl:apply-templates select="@*"/><xsl:attribute name="cache">unsafe</xsl:attribute></xsl:copy>
  </xsl:template>
</xsl:stylesheet>
