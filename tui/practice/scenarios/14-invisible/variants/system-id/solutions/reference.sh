# The one group taken over by the new name, once.
vgchange --yes --config 'local/extra_system_ids=["db7-old"]' --systemid db7 host
vgchange -a y host
mount /srv/host
