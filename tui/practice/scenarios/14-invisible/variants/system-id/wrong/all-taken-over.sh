# Every foreign group taken over, that of the virtual machine too.
for group in host guests; do
    vgchange --yes --config 'local/extra_system_ids=["db7-old", "vm-mail"]' --systemid db7 $group
done
vgchange -a y host
mount /srv/host
